// The page's side of the training worker: starts it, speaks with it, and starts a fresh one where it was lost.
// The page holds the pictures, the last weights and the whole record; a worker that dies takes nothing along.

const START_LIMIT_MS = 60_000;
const RESTARTS = 2;
const STOP_LIMIT_MS = 800;

/**
 * `engine`: {worker(): address, jax(): address, check(): constants of the start-up check}; `on(event)` gets what the worker says and
 * {type: "state", state, sentence}. States: off, starting, ready, racing, paused, failed.
 */
export function createSession({ engine, on, resumeFrom }) {
  const session = { state: "off", info: null, sentence: "", restarts: 0 };
  let worker = null, timer = 0, stopping = 0, asked = new Map(), counter = 0, prefer = "auto", race = null, held = new Set();

  const become = (state, sentence = "") => {
    Object.assign(session, { state, sentence });
    on({ type: "state", state, sentence });
  };
  const drop = () => {
    clearTimeout(timer);
    clearTimeout(stopping);
    worker?.terminate();
    worker = null;
    asked.forEach(({ reject }) => reject(new Error("The training engine was stopped.")));
    asked = new Map();
    held = new Set();
  };
  const fail = (sentence) => { drop(); become("failed", sentence); };

  /** A fresh worker goes on from the last weights that the page holds; after two of them in one race, wasm alone. */
  const recover = async (why) => {
    const going = race && (session.state === "racing" || session.state === "paused");
    drop();
    session.restarts += 1;
    if (session.restarts > RESTARTS + 1) return fail(`${why} It could not be brought back: press Race to try again from the start.`);
    on({ type: "note", sentence: `${why} A fresh one goes on from the last weights.` });
    const paused = session.state === "paused";
    const next = session.restarts > RESTARTS ? "wasm" : prefer;
    if (!(await start(next)) || !going) return undefined;
    begin({ ...race, lanes: resumeFrom(race.lanes) });
    if (paused) send({ type: "pause" });
    return become(paused ? "paused" : "racing");
  };

  const hear = (message, settle) => {
    if (message.type === "ready") {
      session.info = message;
      clearTimeout(timer);
      settle?.(true);
      become("ready");
    } else if (message.type === "failed" && session.state === "starting") {
      settle?.(false);
      fail(message.sentence);
    } else if (message.type === "stopped") clearTimeout(stopping);
    else if (message.type === "lost") recover(message.sentence);
    else if (message.id !== undefined && asked.has(message.id)) answer(message);
    on(message);
  };
  const answer = (message) => {
    const { resolve, reject } = asked.get(message.id);
    asked.delete(message.id);
    if (message.type === "failed") reject(new Error(message.sentence));
    else resolve(message);
  };

  const spawn = async () => new Worker(await engine.worker(), { type: "module" });

  async function start(wanted = "auto") {
    drop();
    prefer = wanted;
    become("starting");
    let settle;
    const started = new Promise((resolve) => { settle = resolve; });
    try {
      worker = await spawn();
      const mine = worker;
      mine.onmessage = ({ data }) => { if (mine === worker) hear(data, settle); };
      mine.onerror = (event) => {
        event.preventDefault?.();
        if (mine !== worker) return;
        const early = session.state === "starting";
        if (early) { fail("This browser does not start the training worker (module workers are refused or its files are missing)."); settle(false); } else recover("The training worker stopped.");
      };
      timer = setTimeout(() => late(wanted, settle), START_LIMIT_MS);
      mine.postMessage({ type: "start", prefer: wanted, ...(await engine.constants()) });
    } catch (error) {
      fail(`The training engine could not be started: ${error.message.replace(/\.$/, "")}.`);
      settle(false);
    }
    return started;
  }

  /** A graphics driver may compile for minutes: then WebAssembly, which needs nothing, is the next way. */
  const late = async (wanted, settle) => {
    if (session.state !== "starting") return;
    if (wanted === "wasm") { fail("The training engine did not start within a minute."); settle(false); return; }
    on({ type: "note", sentence: "WebGPU did not start within a minute, so WebAssembly trains." });
    settle(await start("wasm"));
  };

  const send = (message, transfer = []) => worker?.postMessage(message, transfer);
  const begin = (given) => {
    send({ type: "race", ...given });
    held = new Set(given.lanes.map(({ id }) => id));
  };

  return Object.assign(session, {
    start,
    async race(lanes, data) {
      session.restarts = 0;
      if (!worker && !(await start(prefer))) return false;
      race = { lanes, data };
      begin(race);
      become("racing");
      return true;
    },
    /** Another device: a race that is going on goes on there. */
    async change(wanted) {
      prefer = wanted;
      const going = race && (session.state === "racing" || session.state === "paused");
      return going ? recover("The training moves to another device.") : start(wanted);
    },
    pause() { send({ type: "pause" }); become("paused"); },
    resume() { send({ type: "resume" }); become("racing"); },
    single() { send({ type: "single" }); become("paused"); },
    /** Stops after the step that is being computed; where that takes too long, the worker is ended and a fresh one made. */
    stop() {
      send({ type: "stop" });
      race = null;
      become("ready");
      clearTimeout(stopping);
      stopping = setTimeout(() => start(prefer), STOP_LIMIT_MS);
    },
    finished() { become("ready"); },
    /** A question with an answer: maps, predict, weights. */
    ask(message) {
      if (!worker) return Promise.reject(new Error("The training engine is not running."));
      const id = ++counter;
      return new Promise((resolve, reject) => { asked.set(id, { resolve, reject }); send({ ...message, id }); });
    },
    /** Whether the worker has this lane's network, and not only the page its weights. */
    holds(lane) { return held.has(lane); },
    /** Whether a question can be asked now. */
    isUp() { return ["ready", "racing", "paused"].includes(session.state); },
    /** For tests and for the curious: end the worker as a crash would. */
    crash() { recover("The training worker was lost."); },
    dispose() { drop(); },
  });
}
