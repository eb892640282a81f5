// Makes pages interactive; every page works without it.
"use strict";

// Light or dark, as chosen here, otherwise as the system says.
{
  const root = document.documentElement;
  const chosen = localStorage.getItem("theme");
  if (chosen) root.dataset.theme = chosen;
  const button = document.querySelector("[data-theme-switch]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const isDark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    });
  }
}

// A scenario's page: each event of its search reloads the part that shows the search, at most once a second.
{
  const place = document.querySelector("[data-stream]");
  if (place) {
    let isDue = false, isBusy = false;
    const renew = async () => {
      if (isBusy) { isDue = true; return; }
      isBusy = true;
      isDue = false;
      try {
        const answer = await fetch(place.dataset.part + location.search);
        if (answer.ok) {
          const focused = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
          place.innerHTML = await answer.text();
          if (focused) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
          place.dataset.renewed = Number(place.dataset.renewed || 0) + 1;
        }
      } catch { /* The next event tries again. */ }
      setTimeout(() => { isBusy = false; if (isDue) renew(); }, 1000);
    };
    new EventSource(place.dataset.stream).onmessage = renew;
  }
}

// The page of events: new ones appear at the top.
{
  const body = document.querySelector("[data-events]");
  if (body) {
    const most = 500;
    const live = document.querySelector("[data-live]");
    const url = new URL(body.dataset.events, location);
    url.searchParams.set("after", body.dataset.after);
    const source = new EventSource(url);
    const say = (text) => { if (live) { live.hidden = false; live.textContent = text; } };
    source.onopen = () => say("live");
    source.onerror = () => say("connecting…");
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      const row = body.insertRow(0);
      row.className = "new";
      const cell = (text, kind) => {
        const cell = row.insertCell();
        cell.textContent = text;
        if (kind) cell.className = kind;
      };
      cell(event.clock);
      cell(event.service);
      cell(event.kind, "kind");
      cell(event.subject, "mono");
      cell(event.details, "mono soft");
      while (body.rows.length > most) body.deleteRow(-1);
    };
  }
}

// The brain: pointing at a region in one view highlights it in all views.
{
  const spots = document.querySelectorAll("[data-region]");
  const mark = (event, isOn) => {
    const id = event.target.closest?.("[data-region]")?.dataset.region;
    if (id) for (const spot of spots) if (spot.dataset.region === id) spot.classList.toggle("lit", isOn);
  };
  for (const map of document.querySelectorAll(".brains")) {
    for (const name of ["pointerover", "focusin"]) map.addEventListener(name, (event) => mark(event, true));
    for (const name of ["pointerout", "focusout"]) map.addEventListener(name, (event) => mark(event, false));
  }
}

// Tracks: the slider shows its frame at once, and the button plays from there.
{
  const card = document.querySelector("[data-frames]");
  if (card) {
    const place = card.querySelector("[data-frame]"), slider = card.querySelector("input[type=range]");
    const button = card.querySelector("[data-play]"), last = Number(card.dataset.last);
    let wanted = Number(slider.value), isBusy = false, timer = 0;
    const show = async () => {
      if (isBusy) return;
      isBusy = true;
      try {
        while (Number(place.dataset.frame) !== wanted) {
          const frame = wanted;
          const answer = await fetch(`${card.dataset.frames}&frame=${frame}`);
          if (!answer.ok) break;
          place.innerHTML = await answer.text();
          place.dataset.frame = frame;
        }
      } catch { /* The next frame tries again. */ }
      isBusy = false;
    };
    const go = (frame) => { wanted = frame; slider.value = frame; show(); };
    const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
    // Skips late frames, so that playback keeps the original speed.
    const play = () => {
      const first = wanted < last ? wanted : 1, start = performance.now();
      button.textContent = "Pause";
      timer = setInterval(() => {
        const frame = first + Math.floor((performance.now() - start) / 1000 * Number(card.dataset.rate));
        go(Math.min(frame, last));
        if (frame >= last) stop();
      }, 50);
    };
    slider.addEventListener("input", () => { if (timer) stop(); go(Number(slider.value)); });
    button.addEventListener("click", () => timer ? stop() : play());
    button.hidden = false;
  }
}

// Files dropped on a form are selected and submitted at once.
{
  const form = document.querySelector("[data-drop]");
  if (form) {
    const files = form.querySelector("input[type=file]"), button = form.querySelector("button");
    const over = (isOver) => form.classList.toggle("over", isOver);
    form.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    form.addEventListener("dragleave", () => over(false));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (!event.dataTransfer.files.length) return;
      files.files = event.dataTransfer.files;
      form.requestSubmit();
    });
    form.addEventListener("submit", () => { button.disabled = true; button.textContent = "Predicting…"; });
    addEventListener("pageshow", () => { button.disabled = false; button.textContent = "Predict"; });
  }
}
