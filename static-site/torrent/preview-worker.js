import { BadTorrent } from "./bencode.js";
import { previewOf } from "./preview.js";

/** Answers one `File` with a preview, or with the words why there is none. */
self.addEventListener("message", async ({ data }) => {
  try {
    const preview = await previewOf(new Uint8Array(await data.arrayBuffer()));
    const { ends, parents, depths, indices, sizes } = preview.tree;
    self.postMessage({ preview }, { transfer: [ends, parents, depths, indices, sizes].map(({ buffer }) => buffer) });
  } catch (error) {
    self.postMessage(error instanceof BadTorrent ? { bad: error.message } : { unreadable: true });
  }
});
