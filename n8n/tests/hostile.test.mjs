// Answers that mean harm, or are of somebody else: none is a success, and none is waited for without end.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { answer, context, nothing, refused, run } from './fake.mjs';
import { endless, wrongAnswers } from './wrong-answers.mjs';

const id = { mode: 'id', value: '7' };

/** An operation of each kind, and what it is answered with where all is well. */
const OPERATIONS = [
	['list', { operation: 'Users.ListUser', limit: 5 }, answer({ value: [{ Id: 1 }] })],
	['list of all', { operation: 'Users.ListUser', returnAll: true }, answer({ value: [{ Id: 1 }] })],
	['get', { operation: 'Users.GetUser', id }, answer({ Id: 7 })],
	['get a setting', { operation: 'MailSettings.GetMailSettings' }, answer({ MailServer: 'x' })],
	[
		'create',
		{ operation: 'Contacts.CreateContact', bodyMode: 'json', bodyJson: '{"CompanyName":"x"}' },
		answer({ Id: 1 }),
	],
	[
		'update',
		{ operation: 'Users.UpdateUser', id, bodyMode: 'json', bodyJson: '{"Mobile":"1"}' },
		nothing,
	],
	['delete', { operation: 'Contacts.DeleteContact', id }, nothing],
	['order', { operation: 'Users.ReprovisionAllPhones', ids: '[1]' }, nothing],
	['order for several', { operation: 'Users.BatchDelete', ids: '[1]' }, answer({ value: [] })],
	['question', { operation: 'Users.HasDuplicatedEmail', id }, answer({ value: true })],
	[
		'report',
		{
			operation: 'ReportCallLogData.GetCallLogData',
			limit: 5,
			periodFrom: '2026-01-01',
			periodTo: '2026-01-02',
			sourceType: 0,
			sourceFilter: '',
			destinationType: 0,
			destinationFilter: '',
			callsType: 0,
			callTimeFilterType: 0,
			callTimeFilterFrom: '0:00:0',
			callTimeFilterTo: '0:00:0',
			hidePcalls: false,
		},
		answer({ value: [] }),
	],
	[
		'file',
		{ operation: 'Users.ExportExtensions', outputField: 'data' },
		{ headers: { 'content-type': 'text/csv' }, body: 'a,b' },
	],
	[
		'recording',
		{ operation: 'Recordings.DownloadRecording', recId: id, outputField: 'data' },
		{ headers: { 'content-type': 'audio/wav' }, body: 'RIFF' },
	],
];

/** A PBX that says which release it is, and then gives this answer. */
const always = (response) => (options) =>
	options.url.endsWith('/Defs?$select=Id')
		? answer({ Id: 0 })
		: typeof response === 'function'
			? response()
			: response;

test('each operation succeeds with an answer of its own kind', async () => {
	for (const [kind, item, right] of OPERATIONS) {
		const { output } = await run([item], always(right), { continueOnFail: true });
		for (const { json } of output) assert.equal(json.error, undefined, `${kind}: ${json.error}`);
	}
});

test('an answer of another kind is an error, whatever it is an answer to', async () => {
	let inputs = 0;
	for (const [kind, item] of OPERATIONS) {
		for (const [name, response, believed = []] of wrongAnswers) {
			if (believed.includes(kind)) continue;
			const what = `${kind}, answered with ${name}`;
			const running = run([item], always(response));
			await assert.rejects(
				running,
				(error) => {
					assert.match(error.constructor.name, /^NodeApiError$/, `${what}: ${error}`);
					assert.ok(error.message.length < 2100 && error.description.length > 0, what);
					return true;
				},
				what,
			);
			// With Continue On Fail, it is an item that says so, and no other.
			const { output } = await run([item], always(response), { continueOnFail: true });
			assert.equal(output.length, 1, what);
			assert.ok(output[0].json.error && !output[0].binary, what);
			assert.equal(output[0].json.success, undefined, what);
			inputs += 2;
		}
	}
	assert.ok(inputs > 300, String(inputs));
});

test('a list that does not end is an error', async () => {
	for (const [name, pages, { selected } = {}] of endless) {
		for (const more of [{ returnAll: true }, { limit: 100_000 }]) {
			let page = 0;
			const item = {
				operation: 'Users.ListUser',
				...more,
				options: selected ? { select: ['Number'] } : {},
			};
			const running = run([item], () => answer(pages(page++)));
			await assert.rejects(running, /the same rows come again|does not end/, name);
			assert.ok(page < 200, `${name}: ${page}`);
		}
	}
});

test('what was not asked for is not there, although it tells rows apart', async () => {
	const pbx = (options) => {
		const query = new URL(options.url).searchParams;
		assert.equal(query.get('$select'), 'Number,Id');
		const skip = Number(query.get('$skip'));
		const ids = Array.from({ length: 150 }, (_, index) => index).slice(skip, skip + 100);
		return answer({ value: ids.map((Id) => ({ Id, Number: 'same' })) });
	};
	for (const select of [['Number'], 'Number']) {
		const { output } = await run(
			[{ operation: 'Users.ListUser', returnAll: true, options: { select } }],
			pbx,
		);
		assert.equal(output.length, 150);
		assert.deepEqual(output[149].json, { Number: 'same' });
	}
});

test('a row that moves to the next page meanwhile comes once', async () => {
	const rows = (from, to) =>
		Array.from({ length: to - from }, (_, index) => ({ Id: from + index }));
	const pages = [rows(0, 100), rows(99, 140)];
	const { output } = await run([{ operation: 'Users.ListUser', returnAll: true }], () =>
		answer({ value: pages.shift() }),
	);
	assert.deepEqual(
		output.map(({ json }) => json.Id),
		rows(0, 140).map(({ Id }) => Id),
	);
});

test('an answer without end is not read to its end', async () => {
	const chunk = Buffer.from(',{"Id":1}'.repeat(100_000));
	for (const [operation, started] of [
		['Users.ListUser', '{"value":[{"Id":0}'],
		['Users.GetUser', '{"Id":7,"Groups":[{}'],
	]) {
		let given = 0;
		const infinite = async function* () {
			yield Buffer.from(started);
			for (;;) {
				given += chunk.length;
				yield chunk;
			}
		};
		let calls = 0;
		const pbx = () => {
			calls++;
			return { headers: { 'content-type': 'application/json' }, body: Readable.from(infinite()) };
		};
		await assert.rejects(run([{ operation, limit: 5, id }], pbx), /larger than 100 MB/);
		assert.ok(given < 200e6, String(given));
		assert.equal(calls, 1);
	}
});

test('a refusal without end is cut', async () => {
	const infinite = async function* () {
		for (;;) yield Buffer.from('x'.repeat(10_000));
	};
	const item = { operation: 'Users.GetUser', id };
	const running = run([item], () => {
		throw refused(400, Readable.from(infinite()));
	});
	await assert.rejects(running, (error) => {
		assert.equal(error.httpCode, '400');
		assert.ok(error.message.length < 2100);
		return true;
	});
});

test('a PBX that says nothing is waited for as long as the credential says, once', async () => {
	const never = new Promise(() => {});
	async function* drip() {
		yield Buffer.from('{"value":[');
		await never;
	}
	const silent = () => never;
	const slow = () => ({
		headers: { 'content-type': 'application/json' },
		body: Readable.from(drip()),
	});
	for (const pbx of [silent, slow]) {
		for (const [item, message] of [
			[
				{ operation: 'Users.ListUser', limit: 5 },
				/No complete answer comes from pbx\.example\.com:5001: it does not answer in time/,
			],
			[{ operation: 'Users.SendWelcomeEmail', id }, /it may have been carried out or not/],
		]) {
			let calls = 0;
			const counted = () => {
				calls++;
				return pbx();
			};
			// The timer does not keep the process alive, as a connection would.
			const alive = setInterval(() => {}, 1000);
			await assert.rejects(run([item], counted, { credential: { timeout: '0.2' } }), message);
			clearInterval(alive);
			assert.equal(calls, 1);
		}
	}
});

test('a call that hangs does not hold up those after it', async () => {
	const { send } = (await import('../dist/nodes/ThreeCx/transport.js')).default;
	const never = new Promise(() => {});
	const hanging = [() => never, () => nothing];
	const fake = context([{}], () => hanging.shift()(), { credential: { timeout: 0.2 } });
	const request = {
		method: 'POST',
		path: '/xapi/v1/Users/Pbx.ReprovisionAllPhones',
		headers: {},
		body: '{"ids":[1]}',
	};
	const order = () => send(fake, { operation: 'Users.ReprovisionAllPhones' }, request);
	const alive = setInterval(() => {}, 1000);
	await assert.rejects(order(), /may have been carried out or not/);
	assert.equal((await order()).status, 204);
	clearInterval(alive);
	assert.equal(fake.sent.length, 2);
});

test('what waits for its turn when the time is over is not sent', async () => {
	const { send } = (await import('../dist/nodes/ThreeCx/transport.js')).default;
	const fake = context([{}], () => new Promise(() => {}), { credential: { timeout: 0.2 } });
	const request = {
		method: 'POST',
		path: '/xapi/v1/Users/Pbx.ReprovisionAllPhones',
		headers: {},
		body: '{"ids":[1]}',
	};
	const order = () => send(fake, { operation: 'Users.ReprovisionAllPhones' }, request);
	const alive = setInterval(() => {}, 1000);
	const ended = await Promise.allSettled([order(), order(), order()]);
	clearInterval(alive);
	const messages = ended.map(({ reason }) => reason.message);
	assert.equal(
		messages.filter((message) => /may have been carried out or not/.test(message)).length,
		1,
		messages.join(),
	);
	assert.equal(
		messages.filter((message) => /^Cannot connect/.test(message)).length,
		2,
		messages.join(),
	);
	assert.equal(fake.sent.length, 1);
});

test('a Retry-After that is longer than there is time is not waited for', async () => {
	let calls = 0;
	const running = run(
		[{ operation: 'Users.ListUser', limit: 5 }],
		() => {
			calls++;
			throw refused(429, '', { 'retry-after': '20' });
		},
		{ credential: { timeout: 5 } },
	);
	await assert.rejects(running, /asks to slow down and to try again in 20 s/);
	assert.equal(calls, 1);
});

test('a name of a megabyte is refused at once', async () => {
	const name = 'FirstName'.repeat(120_000);
	const none = () => assert.fail('something was sent');
	const update = { operation: 'Users.UpdateUser', id };
	for (const item of [
		{ ...update, body: { mappingMode: 'defineBelow', value: { [name]: 'x' }, schema: [] } },
		{ ...update, bodyMode: 'json', bodyJson: JSON.stringify({ [name]: 'x' }) },
		{ ...update, bodyMode: 'json', bodyJson: { Groups: [{ [name]: 'x' }] } },
		{ operation: 'Users.ListUser', options: { select: [name] } },
		{ operation: 'Users.ListUser', options: { [name]: 'x' } },
		{ operation: name },
	]) {
		const before = process.cpuUsage();
		await assert.rejects(run([item], none), (error) => {
			assert.ok(error.message.length < 2100, String(error.message.length));
			return true;
		});
		// Each comparison with a known name took a tenth of a second, and there are hundreds.
		assert.ok(process.cpuUsage(before).user < 20e6);
	}
});

test('what is nested too deeply is refused, before anything is sent', async () => {
	const deep = (levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
	const none = () => assert.fail('something was sent');
	const cyclic = {};
	cyclic.self = [cyclic, cyclic];
	for (const value of [
		deep(70),
		deep(2000),
		'['.repeat(100_000),
		'{"a":'.repeat(100_000),
		cyclic,
	]) {
		for (const item of [
			{ operation: 'Users.UpdateUser', id, bodyMode: 'json', bodyJson: value },
			{
				operation: 'Users.UpdateUser',
				id,
				body: { mappingMode: 'defineBelow', value: { Groups: value }, schema: [] },
			},
			{ operation: 'Users.ReprovisionAllPhones', ids: value },
			{ operation: 'Users.ListUser', options: { filter: Array.isArray(value) ? value : [value] } },
		]) {
			await assert.rejects(run([item], none), (error) => {
				assert.equal(error.constructor.name, 'NodeOperationError', error.message);
				assert.doesNotMatch(error.message, /core of the node failed/);
				return true;
			});
		}
	}
});
