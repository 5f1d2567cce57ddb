// The page's half of the camera: getUserMedia for the sensors, and a canvas for cameras that the page has no video of.
//
// It shows both in the elements `camera-video` and `camera-canvas`, which the page may mount and unmount as it likes.
// What is said over the socket (bridge.js) is written in src/sensors/camera/protocol.rs and preview.rs. The video shows
// the stream by itself; a picture is read from it only when it is asked for. Mirroring the preview of a front camera is
// the style sheet's business: `data-facing` on the video says where the camera looks, and the pixels that are sent are
// never mirrored.
"use strict";
(() => {
  const CAMERA = 1;
  const PREVIEW = 3;
  const FRAME_HEADER_BYTES = 16;
  const PREVIEW_HEADER_BYTES = 12;
  // What is gone or busy is tried again, quietly.
  const RETRY_MS = 2000;
  const LOOK_AGAIN_MS = 50;
  const VIDEO = "camera-video";
  const CANVAS = "camera-canvas";

  // --- What needs no browser.

  // The part of the video that is sent, and the size at which it is: the square always as asked, all of it never larger.
  function cut(width, height, crop, side) {
    if (crop === "square") {
      const edge = Math.min(width, height);
      const x = Math.floor((width - edge) / 2);
      const y = Math.floor((height - edge) / 2);
      return { x, y, width: edge, height: edge, outWidth: side, outHeight: side };
    }
    const scale = Math.min(1, side / Math.max(width, height));
    const out = (length) => Math.max(1, Math.round(length * scale));
    return { x: 0, y: 0, width, height, outWidth: out(width), outHeight: out(height) };
  }

  function frameMessage({ sequence, facing, width, height, ageMs, rgba }) {
    const message = new Uint8Array(FRAME_HEADER_BYTES + rgba.length);
    const header = new DataView(message.buffer);
    header.setUint8(0, CAMERA);
    // getUserMedia's video is upright on every platform, and not mirrored.
    header.setUint8(1, 0);
    header.setUint8(2, { front: 1, back: 2 }[facing] ?? 0);
    header.setUint8(3, 0);
    header.setUint32(4, sequence, true);
    header.setUint16(8, width, true);
    header.setUint16(10, height, true);
    header.setUint32(12, Math.min(Math.max(0, Math.round(ageMs)), 0xffffffff), true);
    message.set(rgba, FRAME_HEADER_BYTES);
    return message;
  }

  // A picture to show, or null where the message is none.
  function previewPicture(buffer) {
    if (buffer.byteLength < PREVIEW_HEADER_BYTES) return null;
    const header = new DataView(buffer);
    const width = header.getUint16(8, true);
    const height = header.getUint16(10, true);
    if (header.getUint8(0) !== PREVIEW || width === 0 || height === 0) return null;
    if (buffer.byteLength !== PREVIEW_HEADER_BYTES + width * height * 4) return null;
    const rgba = new Uint8ClampedArray(buffer, PREVIEW_HEADER_BYTES);
    return { sequence: header.getUint32(4, true), width, height, rgba };
  }

  function facingOf(settings) {
    return { user: "front", environment: "back" }[settings?.facingMode] ?? "unknown";
  }

  // Sizes and sides are wishes: a device with one camera gives that one.
  function constraints({ facing, deviceId }) {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    if (deviceId) return { audio: false, video: { deviceId: { exact: deviceId }, ...size } };
    return { audio: false, video: { facingMode: { ideal: facing === "front" ? "user" : "environment" }, ...size } };
  }

  // Which camera comes after this one: the other side where sides are known, else the next in the list.
  function nextCamera({ facing, deviceId }, deviceIds) {
    if (facing === "front" || facing === "back") return { facing: facing === "front" ? "back" : "front" };
    const next = deviceIds[(deviceIds.indexOf(deviceId) + 1) % Math.max(1, deviceIds.length)];
    return { facing: "front", deviceId: next };
  }

  // Refusals that may end by themselves.
  function isWorthRetrying(error) {
    return ["NotFoundError", "OverconstrainedError", "NotReadableError", "AbortError"].includes(error);
  }

  // --- The camera.

  // What is wanted: { facing, deviceId }; null when the camera shall be closed.
  let wanted = null;
  let frozen = false;
  let stream = null;
  // Counts openings: what an earlier one still brings is let go.
  let opening = 0;
  let isAsking = false;
  let retryTimer = 0;
  // The last refusal, told again to a socket that connects again.
  let refusal = null;
  // The newest request for a picture.
  let request = null;
  // Whether the video shows a picture that was not sent, and when that was taken.
  let fresh = false;
  let takenAt = 0;
  let sentCount = -1;
  let pumpTimer = 0;
  let watched = null;
  let canvas2d = null;

  const track = () => stream?.getVideoTracks()[0];
  const isLive = () => track()?.readyState === "live";
  const element = (id) => document.getElementById(id);

  function say(message) {
    onhandBridge.say("camera", message);
  }

  async function sayLive() {
    const mine = opening;
    const cameras = (await deviceIds()).length;
    if (mine !== opening || !isLive()) return;
    const { label } = track();
    say({ state: "live", facing: facingOf(track().getSettings()), label, cameras });
  }

  async function deviceIds() {
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      return devices.filter((d) => d.kind === "videoinput").map((d) => d.deviceId);
    } catch {
      return [];
    }
  }

  async function permission() {
    try {
      return (await navigator.permissions.query({ name: "camera" })).state;
    } catch {
      // This web view does not know the camera as a permission.
      return "";
    }
  }

  async function open(camera, quietly) {
    const mine = ++opening;
    wanted = camera;
    release();
    isAsking = true;
    if (!quietly) say({ state: "asking" });
    const begun = performance.now();
    let got = null;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no getUserMedia", "NotSupportedError");
      got = await navigator.mediaDevices.getUserMedia(constraints(camera));
    } catch (error) {
      const elapsed_ms = performance.now() - begun;
      const allowed = await permission();
      if (mine === opening) {
        isAsking = false;
        refuse(error, allowed, elapsed_ms);
      }
      return;
    }
    if (mine !== opening) {
      got.getTracks().forEach((t) => t.stop());
      return;
    }
    isAsking = false;
    stream = got;
    refusal = null;
    track().onended = () => mine === opening && ended();
    track().onmute = () => say({ state: "muted", label: track()?.label ?? "" });
    track().onunmute = sayLive;
    pump();
    attach();
    await sayLive();
  }

  function refuse(error, allowed, elapsed_ms) {
    refusal = { state: "failed", error: error.name, message: error.message, permission: allowed, elapsed_ms };
    say(refusal);
    if (isWorthRetrying(error.name)) retryLater();
  }

  function ended() {
    const label = track()?.label ?? "";
    release();
    refusal = { state: "ended", label };
    say(refusal);
    retryLater();
  }

  function retryLater() {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => wanted && !isLive() && open(wanted, true), RETRY_MS);
  }

  function release() {
    clearTimeout(retryTimer);
    for (const t of stream?.getTracks() ?? []) {
      t.onended = t.onmute = t.onunmute = null;
      t.stop();
    }
    stream = null;
    fresh = false;
    const video = element(VIDEO);
    if (video) video.srcObject = null;
  }

  // Shows the stream in the page's video, whichever element that is by now. Returns it, or null where there is none.
  function attach() {
    const video = element(VIDEO);
    if (!video || !stream) return null;
    if (video.srcObject !== stream) {
      video.muted = true;
      video.playsInline = true;
      video.srcObject = stream;
      video.dataset.facing = facingOf(track().getSettings());
      if (!frozen) video.play().catch(() => {});
    }
    watch(video);
    return video;
  }

  // Notes each new picture of the video. `pump` looks by itself where the callbacks fail to come.
  function watch(video) {
    if (watched?.video === video && watched.stream === stream) return;
    const mine = { video, stream };
    watched = mine;
    fresh = false;
    const next = (now, { captureTime }) => {
      if (watched !== mine) return;
      fresh = true;
      takenAt = captureTime ?? now;
      video.requestVideoFrameCallback(next);
      pump();
    };
    const begin = () => watched === mine && video.requestVideoFrameCallback?.(next);
    // WebKitGTK forgets callbacks that are asked for before there is a picture.
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) begin();
    else video.addEventListener("loadeddata", begin, { once: true });
  }

  // Changes with each picture of the video.
  function pictureCount(video) {
    return video.getVideoPlaybackQuality?.().totalVideoFrames || video.currentTime;
  }

  // Sends the picture that was asked for, as soon as there is a new one.
  function pump() {
    if (!request || !isLive()) return;
    const video = attach();
    if (!video || frozen || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return lookAgain();
    if (!fresh && pictureCount(video) !== sentCount) {
      fresh = true;
      takenAt = performance.now();
    }
    if (!fresh) return lookAgain();
    const part = cut(video.videoWidth, video.videoHeight, request.crop, request.side);
    const { outWidth: width, outHeight: height } = part;
    canvas2d ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (canvas2d.canvas.width !== width) canvas2d.canvas.width = width;
    if (canvas2d.canvas.height !== height) canvas2d.canvas.height = height;
    canvas2d.drawImage(video, part.x, part.y, part.width, part.height, 0, 0, width, height);
    const rgba = canvas2d.getImageData(0, 0, width, height).data;
    const facing = facingOf(track().getSettings());
    const { sequence } = request;
    request = null;
    fresh = false;
    sentCount = pictureCount(video);
    const ageMs = performance.now() - takenAt;
    onhandBridge.send(frameMessage({ sequence, facing, width, height, ageMs, rgba }));
  }

  function lookAgain() {
    clearTimeout(pumpTimer);
    pumpTimer = setTimeout(pump, LOOK_AGAIN_MS);
  }

  function freeze(hold) {
    frozen = hold;
    const video = element(VIDEO);
    if (hold) video?.pause();
    else video?.play().catch(() => {});
  }

  const commands = {
    start({ facing, again }) {
      if (isLive() && wanted?.facing === facing) return void sayLive();
      if (isAsking && wanted.facing === facing) return say({ state: "asking" });
      // A person who said no is asked again only when they want to be.
      if (wanted && refusal && !again) {
        wanted = { facing };
        return say(refusal);
      }
      return open({ facing }, false);
    },
    async flip() {
      const settings = track()?.getSettings();
      const here = { facing: facingOf(settings), deviceId: settings?.deviceId };
      return open(nextCamera(here, await deviceIds()), false);
    },
    freeze: ({ frozen: hold }) => freeze(hold),
    frame(asked) {
      request = asked;
      pump();
    },
    stop() {
      opening += 1;
      isAsking = false;
      wanted = refusal = request = null;
      frozen = false;
      release();
    },
  };

  // --- The preview of other cameras.

  let picture = null;

  // The newest picture, when the screen is due for one. It is answered even where no canvas shows it.
  function show(buffer) {
    const isDue = picture !== null;
    picture = previewPicture(buffer) ?? picture;
    if (isDue || !picture) return;
    requestAnimationFrame(() => {
      const { sequence, width, height, rgba } = picture;
      picture = null;
      const canvas = element(CANVAS);
      if (canvas) {
        if (canvas.width !== width) canvas.width = width;
        if (canvas.height !== height) canvas.height = height;
        canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
      }
      onhandBridge.say("preview", { shown: sequence });
    });
  }

  // The system may have closed the camera while the app was out of view.
  function comeBack() {
    if (document.visibilityState !== "visible") return;
    if (wanted && !isLive() && refusal?.error !== "NotAllowedError") open(wanted, true);
    else if (!frozen) element(VIDEO)?.play?.().catch(() => {});
  }

  function devicesChanged() {
    if (!wanted) return;
    if (isLive()) sayLive();
    else if (refusal && refusal.error !== "NotAllowedError") open(wanted, true);
  }

  document.addEventListener("visibilitychange", comeBack);
  navigator.mediaDevices?.addEventListener?.("devicechange", devicesChanged);
  onhandBridge.on("camera", { heard: (message) => commands[message.command]?.(message) });
  onhandBridge.on("preview", { got: show, closed: () => (picture = null) });
})();
