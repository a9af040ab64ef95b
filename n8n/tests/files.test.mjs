// Files: as large as they are, they go where n8n keeps files as they come.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import description from '../dist/nodes/ThreeCx/ThreeCx.node.js';
import { answer, context, run } from './fake.mjs';

const item = { operation: 'Recordings.DownloadRecording', recId: 7, outputField: 'data' };
const headers = {
	'content-type': 'audio/x-wav',
	'content-disposition': 'attachment; filename="call.wav"',
	'x-3cx-version': '20.0.10.1621',
};

/** A body of this many chunks of 64 KB, and how many were asked for. */
function long(chunks, failAt) {
	const chunk = Buffer.alloc(65_536, 'x');
	const made = { count: 0 };
	async function* generate() {
		while (made.count < chunks) {
			if (made.count === failAt) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
			made.count++;
			yield chunk;
		}
	}
	return { made, body: Readable.from(generate(), { highWaterMark: 1 }) };
}

/** Runs the item with a place for files that takes one chunk after the other. */
async function download(pbx, take) {
	const fake = context([item], pbx);
	fake.helpers.prepareBinaryData = async (file, fileName, mimeType) => {
		for await (const chunk of file) take(chunk);
		return { data: '', fileName, mimeType };
	};
	const [[output]] = await new description.ThreeCx().execute.call(fake);
	return output;
}

test('a file is never in memory as a whole', async () => {
	const { made, body } = long(2000);
	let [taken, furthest] = [0, 0];
	const output = await download(
		() => ({ headers, body }),
		(chunk) => {
			taken += chunk.length;
			furthest = Math.max(furthest, made.count * 65_536 - taken);
		},
	);
	assert.equal(taken, 2000 * 65_536);
	assert.ok(furthest < 40 * 65_536, `${furthest} bytes were ahead`);
	assert.deepEqual(output.json, {
		operation: item.operation,
		fileName: 'call.wav',
		mediaType: 'audio/x-wav',
		size: taken,
	});
	assert.equal(output.binary.data.fileName, 'call.wav');
});

test('a small file is whole', async () => {
	for (const content of ['x', 'a,b\n', 'x'.repeat(4096), 'x'.repeat(10_000)]) {
		const { output } = await run([item], () => ({ headers, body: content }));
		assert.equal(Buffer.from(output[0].binary.data.data, 'base64').toString(), content);
		assert.equal(output[0].json.size, content.length);
	}
});

test('a file that breaks off is read again, or is an error', async () => {
	let times = 0;
	const sizes = [];
	const output = await download(
		() => ({ headers, body: long(30, ++times === 1 ? 20 : undefined).body }),
		(chunk) => sizes.push(chunk.length),
	);
	assert.equal(times, 2);
	assert.equal(output.json.size, 30 * 65_536);
	await assert.rejects(
		download(
			() => ({ headers, body: long(30, 20).body }),
			() => {},
		),
	);
});

test('what is no file is not kept', async () => {
	for (const [response, message] of [
		[{ headers: { 'content-type': 'text/html' }, body: '<!doctype html><p>' }, /web page/],
		[{ headers, body: '' }, /the file is empty/],
		[answer({ error: { code: '', message: 'no' } }), /error under status 200/],
	]) {
		const kept = () => assert.fail('it was kept');
		await assert.rejects(
			download(() => response, kept),
			message,
		);
	}
});
