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

/** The median microseconds of a call, over many rounds. */
function median(commands, rounds) {
	const times = [];
	for (let round = 0; round < rounds; round++) {
		const start = process.hrtime.bigint();
		for (const command of commands) core.call(command);
		times.push((milliseconds(start) * 1e3) / commands.length);
	}
	times.sort((a, b) => a - b);
	return times[Math.floor(times.length / 2)];
}

const start = process.hrtime.bigint();
core.call(plans[0]);
const first = milliseconds(start);
const reprovision = plans.filter(({ operation }) => operation === 'Users.ReprovisionAllPhones');
const inputs = [{ do: 'inputs', operation: 'Users.ReprovisionAllPhones' }];
median(plans, 5);
const row = (what, value, unit) => console.log(`| ${what} | ${value.toFixed(1)} ${unit} |`);
row('first call, with compiling', first, 'ms');
row(`planning any operation (${plans.length} plans)`, median(plans, 50), 'µs');
row('planning Reprovision All Phones', median(reprovision, 2000), 'µs');
row('asking what an operation takes', median(inputs, 2000), 'µs');
