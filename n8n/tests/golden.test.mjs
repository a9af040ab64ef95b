// The core in WebAssembly against the core in native Rust: the same plans and the same replies, byte
// for byte.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import core from '../dist/nodes/ThreeCx/core.js';

const lines = (path) =>
	readFileSync(new URL(`../../crates/${path}`, import.meta.url), 'utf8')
		.trimEnd()
		.split('\n');

test('every form of every operation is planned as by native Rust', () => {
	const golden = lines('core/tests/golden/plans.jsonl');
	assert.ok(golden.length > 600);
	for (const line of golden) {
		const { operation, release, arguments: given } = JSON.parse(line);
		const { request, error } = core.call({
			do: 'plan',
			operation,
			version: release,
			arguments: given,
		});
		assert.equal(error, undefined, operation);
		const { method, path, headers } = request;
		const body = request.body === null ? null : JSON.parse(request.body);
		const planned = { operation, release, arguments: given, method, path, headers, body };
		assert.equal(JSON.stringify(planned), line);
	}
});

test('commands are answered as by native Rust', () => {
	for (const line of lines('node/tests/golden/commands.jsonl')) {
		const { command } = JSON.parse(line);
		assert.equal(JSON.stringify({ command, reply: core.call(command) }), line);
	}
});
