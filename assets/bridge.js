// The page's end of the socket to the app: src/sensors/bridge says who may connect and how a message looks.
//
// `onhandBridge.on(channel, { heard, got, closed })` names who takes a channel's texts and binary messages, and who wants
// to know when the socket is gone; then `onhandBridge.connect(url)` connects, and connects again whenever it must.
"use strict";
(() => {
  const NUMBERS = { camera: 1, microphone: 2, preview: 3, files: 4 };
  const SLOWEST_AGAIN_MS = 3000;

  const channels = {};
  let socket = null;
  let url = "";
  let attempt = 0;

  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  function on(channel, handlers) {
    channels[channel] = { number: NUMBERS[channel], ...handlers };
  }

  function say(channel, message) {
    if (isOpen()) socket.send(JSON.stringify({ channel, ...message }));
  }

  // The first byte is the channel's number.
  function send(bytes) {
    if (isOpen()) socket.send(bytes);
  }

  // What was sent and has not left yet.
  const waitingBytes = () => socket?.bufferedAmount ?? 0;

  function connect(to) {
    url = to;
    attempt = 0;
    reconnect();
  }

  function reconnect() {
    if (socket && socket.readyState <= WebSocket.OPEN && socket.url === url) return;
    const mine = new WebSocket(url);
    socket = mine;
    mine.binaryType = "arraybuffer";
    mine.onopen = () => (attempt = 0);
    mine.onmessage = ({ data }) => {
      if (mine === socket) handOn(data);
    };
    mine.onclose = () => {
      if (mine !== socket) return;
      socket = null;
      Object.values(channels).forEach((channel) => channel.closed?.());
      setTimeout(() => socket ?? reconnect(), Math.min(100 * 2 ** attempt++, SLOWEST_AGAIN_MS));
    };
  }

  function handOn(data) {
    if (data instanceof ArrayBuffer) {
      const number = new Uint8Array(data)[0];
      return Object.values(channels).find((channel) => channel.number === number)?.got?.(data);
    }
    const message = JSON.parse(data);
    channels[message.channel]?.heard?.(message);
  }

  // The system may have closed the socket while the app was out of view.
  function comeBack() {
    if (document.visibilityState !== "visible" || !url) return;
    attempt = 0;
    if (!socket) reconnect();
  }

  document.addEventListener("visibilitychange", comeBack);
  globalThis.onhandBridge = { connect, on, say, send, waitingBytes };
})();
