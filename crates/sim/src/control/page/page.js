// The page: hands what has changed to its panels.

import { Calls } from "./calls.js";
import { Controls } from "./controls.js";
import { Extensions } from "./extensions.js";
import { Live } from "./live.js";
import { Requests } from "./requests.js";
import * as sheet from "./sheet.js";

const live = new Live();
const controls = new Controls(live);
const panels = [controls, new Extensions(), new Calls(), new Requests()];

live.run(
  (answer) => {
    for (const panel of panels) panel.update(answer);
    sheet.update();
  },
  (error) => controls.trouble(error),
);
