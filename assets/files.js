// Files that a person picks in the page, as on phones: src/sensors/page_files.rs says how they cross.
//
// A click on an element with `data-pick` opens the system's own dialog. The input is not part of what Dioxus draws, since
// Dioxus takes clicks on such inputs to a dialog that only desktops have; and it is clicked within the person's own click,
// since browsers open no dialog by themselves.
"use strict";
(() => {
  const FILES = 4;
  const HEADER_BYTES = 8;
  const PIECE_BYTES = 1 << 20;
  // More than this waits for the app.
  const WAITING_BYTES = 8 << 20;
  const LOOK_AGAIN_MS = 20;

  let number = 0;

  function say(message) {
    onhandBridge.say("files", message);
  }

  const picker = document.createElement("input");
  picker.id = "onhand-file";
  picker.type = "file";
  picker.hidden = true;
  picker.addEventListener("change", () => {
    const file = picker.files[0];
    if (file) send(picker.dataset.pick, file);
    // The same file may be picked again.
    picker.value = "";
  });
  document.body.append(picker);

  function piece(mine, bytes) {
    const message = new Uint8Array(HEADER_BYTES + bytes.byteLength);
    const header = new DataView(message.buffer);
    header.setUint8(0, FILES);
    header.setUint32(4, mine, true);
    message.set(new Uint8Array(bytes), HEADER_BYTES);
    return message;
  }

  const rest = () => new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));

  async function send(pick, file) {
    const mine = ++number;
    say({ state: "begun", number: mine, pick, name: file.name, bytes: file.size });
    try {
      for (let at = 0; at < file.size && mine === number; at += PIECE_BYTES) {
        const bytes = await file.slice(at, at + PIECE_BYTES).arrayBuffer();
        while (onhandBridge.waitingBytes() > WAITING_BYTES) await rest();
        onhandBridge.send(piece(mine, bytes));
      }
      say({ state: "done", number: mine });
    } catch (error) {
      say({ state: "failed", number: mine, why: error.message });
    }
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-pick]");
    if (!button) return;
    picker.accept = button.dataset.accept ?? "";
    picker.dataset.pick = button.dataset.pick;
    picker.click();
  });
  onhandBridge.on("files", {});
})();
