"""Writes the files of the box's user data, as template.yaml has them, to a folder: user_data.py FOLDER

What the template fills in stays as it stands there (`${Table}`).
"""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


class Template(yaml.SafeLoader):
    """Reads the template's tags (`!Sub`) as the value that follows them."""


def plain(loader, _tag, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Template.add_multi_constructor("!", plain)


def files():
    """Contents by path."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Template)
    data = template["Resources"]["BoxTemplate"]["Properties"]["LaunchTemplateData"]["UserData"]
    text, _ = data["Fn::Base64"]
    # Fn::Sub's way to write what it shall not fill in.
    config = yaml.safe_load(text.replace("${!", "${"))
    return {file["path"]: file["content"] for file in config["write_files"]}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files().items():
        (folder / Path(path).name).write_text(content)
