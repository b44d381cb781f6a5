// Puts the functions' code into template.yaml, since CloudFormation takes a CloudFront function's code there alone:
// node edge/into-template.js. With --check it only says whether that was done.

import { readFile, writeFile } from "node:fs/promises";

const TEMPLATE = new URL("../template.yaml", import.meta.url);
const INDENT = " ".repeat(8);
const FUNCTIONS = { EdgeFunction: "edge.js", FilesFunction: "files.js" };

const template = await readFile(TEMPLATE, "utf8");
let wanted = template;
for (const [id, file] of Object.entries(FUNCTIONS)) {
  const code = await readFile(new URL(file, import.meta.url), "utf8");
  const lines = code.trimEnd().split("\n").map((line) => (line === "" ? "" : INDENT + line));
  const block = new RegExp(`(\n  ${id}:\n(?: {4}.*\n)*? {6}FunctionCode: \\|\n)(?: {8}.*\n|\n(?= {8}))+`);
  if (!block.test(wanted)) throw new Error(`template.yaml has no FunctionCode of ${id}`);
  wanted = wanted.replace(block, (_, head) => `${head}${lines.join("\n")}\n`);
}
if (!process.argv.includes("--check")) await writeFile(TEMPLATE, wanted);
else if (wanted !== template) {
  console.error("template.yaml has other functions than edge/ has: run node edge/into-template.js");
  process.exitCode = 1;
}
