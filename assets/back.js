// One step in the page's history while a screen has another one above it: src/app/shell/back.rs.
"use strict";
globalThis.onhandBack ??= (() => {
  // Whether there is to be a step, and whether we are on our way back from one that is no longer wanted.
  let wanted = false;
  let going = false;
  const isBelow = () => history.state?.below === true;

  const back = {
    // Called when somebody has gone back.
    up: () => {},
    want(below) {
      wanted = below;
      settle();
    },
  };

  function settle() {
    if (going || wanted === isBelow()) return;
    if (wanted) {
      history.pushState({ below: true }, "");
    } else {
      going = true;
      history.back();
    }
  }

  addEventListener("popstate", () => {
    if (!going && wanted && !isBelow()) {
      wanted = false;
      back.up();
    }
    going = false;
    settle();
  });
  return back;
})();
