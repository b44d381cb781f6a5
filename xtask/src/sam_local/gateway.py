"""Prints the address under which containers see this machine, and their network; as SAM itself would ask."""

import docker

client = docker.from_env(timeout=5)
client.ping()
if client.info().get("OperatingSystem") == "Docker Desktop":
    raise SystemExit("Docker Desktop's containers live in a machine of their own and cannot reach the stack")
network = client.networks.list(names=["bridge", "podman"])[0]
network.reload()
config = network.attrs["IPAM"]["Config"][0]
print(config["Gateway"], config["Subnet"])
