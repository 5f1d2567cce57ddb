// The page's half of the microphone: getUserMedia's sound, sent piece by piece as it comes.
//
// What is said over the socket (bridge.js) is written in src/sensors/microphone/protocol.rs. Nobody is listened to for
// longer than the app wants: where the socket is gone, the microphone is let go.
"use strict";
(() => {
  const MICROPHONE = 2;
  const HEADER_BYTES = 12;
  // Runs on the page's audio thread: mixes to mono and hands on 20 ms at a time.
  const TAP = `
    const PIECE = Math.round(sampleRate / 50);
    registerProcessor("onhand-tap", class extends AudioWorkletProcessor {
      piece = new Float32Array(PIECE);
      filled = 0;
      process([channels]) {
        const length = channels[0]?.length ?? 0;
        for (let i = 0; i < length; i++) {
          let sum = 0;
          for (const channel of channels) sum += channel[i];
          this.piece[this.filled++] = sum / channels.length;
          if (this.filled === PIECE) {
            this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
            this.piece = new Float32Array(PIECE);
            this.filled = 0;
          }
        }
        return true;
      }
    });`;

  let stream = null;
  let context = null;
  // Counts openings: what an earlier one still brings is let go.
  let opening = 0;

  const track = () => stream?.getAudioTracks()[0];

  function say(message) {
    onhandBridge.say("microphone", message);
  }

  function sayLive() {
    if (track()?.readyState === "live") say({ state: "live", label: track().label });
  }

  function soundMessage(take, rateHz, samples) {
    const message = new Uint8Array(HEADER_BYTES + samples.byteLength);
    const header = new DataView(message.buffer);
    header.setUint8(0, MICROPHONE);
    header.setUint32(4, take, true);
    header.setUint32(8, rateHz, true);
    message.set(new Uint8Array(samples), HEADER_BYTES);
    return message;
  }

  async function permission() {
    try {
      return (await navigator.permissions.query({ name: "microphone" })).state;
    } catch {
      // This web view does not know the microphone as a permission.
      return "";
    }
  }

  async function start({ take }) {
    const mine = ++opening;
    release();
    say({ state: "asking" });
    const begun = performance.now();
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no getUserMedia", "NotSupportedError");
      // As it is in the room: what is taken for noise or echo may be speech. A phone held away speaks softly.
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: true };
      const got = await navigator.mediaDevices.getUserMedia({ audio, video: false });
      if (mine !== opening) return got.getTracks().forEach((t) => t.stop());
      stream = got;
      await listen(mine, take);
      if (mine === opening) sayLive();
    } catch (error) {
      const elapsed_ms = performance.now() - begun;
      const allowed = await permission();
      if (mine !== opening) return;
      release();
      say({ state: "failed", error: error.name, message: error.message, permission: allowed, elapsed_ms });
    }
  }

  async function listen(mine, take) {
    const label = track().label;
    track().onended = () => {
      if (mine !== opening) return;
      release();
      say({ state: "ended", label });
    };
    track().onmute = () => mine === opening && say({ state: "muted", label });
    track().onunmute = () => mine === opening && sayLive();
    context = new AudioContext();
    const tap = URL.createObjectURL(new Blob([TAP], { type: "text/javascript" }));
    try {
      await context.audioWorklet.addModule(tap);
    } finally {
      URL.revokeObjectURL(tap);
    }
    if (mine !== opening) return;
    const node = new AudioWorkletNode(context, "onhand-tap");
    const { sampleRate } = context;
    node.port.onmessage = ({ data }) => {
      if (mine === opening) onhandBridge.send(soundMessage(take, sampleRate, data));
    };
    // What leads to no loudspeaker is not heard at all in some web views; the tap itself gives silence.
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    await context.resume();
  }

  function stop() {
    opening += 1;
    release();
  }

  function release() {
    for (const t of stream?.getTracks() ?? []) {
      t.onended = t.onmute = t.onunmute = null;
      t.stop();
    }
    stream = null;
    context?.close();
    context = null;
  }

  const commands = { start, stop };
  onhandBridge.on("microphone", { heard: (message) => commands[message.command]?.(message), closed: stop });
})();
