// What the core costs: `node tests/cost.mjs`. Prints rows of a table; judges nothing.
import { readFileSync } from 'node:fs';

import core from '../dist/nodes/ThreeCx/core.js';

const golden = new URL('../../crates/core/tests/golden/plans.jsonl', import.meta.url);
const plans = readFileSync(golden, 'utf8')
	.trimEnd()
	.split('\n')
	.map((line) => JSON.parse(line))
	.map(({ operation, release, arguments: given }) => ({
		do: 'plan',
		operation,
		version: release,
		arguments: given,
	}));

const milliseconds = (since) => Number(process.hrtime.bigint() - since) / 1e6;

/** The microseconds of each call: the best of many rounds, since machines are noisy. */
function best(commands, rounds) {
	return commands.map((command) => {
		let least = Infinity;
		for (let round = 0; round < rounds; round++) {
			const start = process.hrtime.bigint();
			core.call(command);
			least = Math.min(least, milliseconds(start) * 1e3);
		}
		return least;
	});
}

const start = process.hrtime.bigint();
core.call(plans[0]);
const first = milliseconds(start);
const reprovision = plans.filter(({ operation }) => operation === 'Users.ReprovisionAllPhones');
const inputs = [{ do: 'inputs', operation: 'Users.ReprovisionAllPhones' }];
const row = (what, value, unit) => console.log(`| ${what} | ${value.toFixed(1)} ${unit} |`);
const all = best(plans, 50).sort((a, b) => a - b);
const mean = all.reduce((sum, time) => sum + time, 0) / all.length;
row('first call, with compiling', first, 'ms');
row('planning Reprovision All Phones', best(reprovision, 2000)[0], 'µs');
row(`planning an operation, mean of all ${all.length}`, mean, 'µs');
row('planning an operation, median of all', all[Math.floor(all.length / 2)], 'µs');
row('planning the slowest, a body of 2 kB with some 60 fields', all[all.length - 1], 'µs');
row('asking what an operation takes', best(inputs, 2000)[0], 'µs');
