// Items: nothing is sent for nothing, what failed keeps its item, several at a time keep their order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { answer, nothing, refused, run } from './fake.mjs';

const none = () => assert.fail('something was sent');
const id = (value) => ({ mode: 'id', value });

test('nothing is sent for an empty list, and the item says so', async () => {
	for (const operation of ['Users.ReprovisionAllPhones', 'Users.BatchDelete', 'Users.BulkUpdate']) {
		for (const ids of [[], '[]', ' [ ] ']) {
			const { output } = await run([{ operation, ids }], none);
			const json = { success: true, operation, skipped: 'IDs is empty: nothing was sent' };
			assert.deepEqual(output, [{ json, pairedItem: { item: 0 } }]);
		}
		for (const ids of ['', null, undefined]) {
			await assert.rejects(
				run([{ operation, ids }], none),
				/IDs: expected a list of whole numbers/,
			);
		}
	}
	const picked = { operation: 'Users.BatchDelete', idsFrom: 'list', idsPicked: [] };
	const { output } = await run([picked], none);
	assert.match(output[0].json.skipped, /nothing was sent/);
});

test('nothing is created out of defaults, and nothing deleted that nobody named', async () => {
	const body = { mappingMode: 'defineBelow', value: { FirstName: '', Number: null }, schema: [] };
	for (const item of [
		{ operation: 'Users.CreateUser' },
		{ operation: 'Users.CreateUser', body },
		{ operation: 'Queues.CreateQueue', bodyMode: 'json', bodyJson: '{}' },
		{ operation: 'OutboundRules.Purge' },
		{ operation: 'OutboundRules.Purge', bodyMode: 'json', bodyJson: { Ids: [] } },
	]) {
		await assert.rejects(run([item], none), (error) => {
			assert.match(error.message, /expected at least one field of \w+, but nothing was given/);
			assert.match(error.description, /Nothing was sent/);
			return true;
		});
	}
});

test('an id, and the records that a list gives, are ids', async () => {
	for (const ids of [29, '29', { Id: 29 }, [{ Id: 29, Number: '100' }], '[{"Id":29}]']) {
		const { sent } = await run([{ operation: 'Users.ReprovisionAllPhones', ids }], () => nothing);
		assert.equal(sent[0].body, '{"ids":[29]}', JSON.stringify(ids));
	}
});

test('what was done names numbers as numbers, and says that something is gone', async () => {
	for (const value of ['29', 29]) {
		const update = {
			operation: 'Users.UpdateUser',
			id: id(value),
			bodyMode: 'json',
			bodyJson: { FirstName: 'Ada' },
		};
		const { output } = await run([update], () => nothing);
		const { Id, deleted } = output[0].json;
		assert.deepEqual([Id, deleted], [29, undefined]);
	}
	const { output } = await run([{ operation: 'Users.DeleteUser', id: id('29') }], () => nothing);
	const json = { success: true, deleted: true, operation: 'Users.DeleteUser', Id: 29 };
	assert.deepEqual(output[0].json, json);
});

test('a file that the item lacks is named', async () => {
	const item = {
		operation: 'PhoneTemplates.UpdatePhoneTemplate',
		id: id('x.xml'),
		bodyFiles: { file: [{ field: 'Content', input: 'nope', encoding: 'utf8' }] },
	};
	await assert.rejects(run([item], none), /binary data in 'nope'/);
});

test('an error shows a status or nothing as its code', async () => {
	const item = { operation: 'Users.GetUser', id: id('7') };
	await assert.rejects(
		run([item], () => ({ headers: { 'content-type': 'text/html' }, body: '<html>' })),
		(error) => {
			assert.equal(error.httpCode ?? null, null);
			assert.equal(error.context.code, 'not-a-3cx');
			return true;
		},
	);
	const missing = () => {
		throw refused(404);
	};
	await assert.rejects(run([item], missing), (error) => error.httpCode === '404');
});

test('what does not exist is named', async () => {
	const missing = () => {
		throw refused(404);
	};
	for (const [item, message] of [
		[{ operation: 'Users.GetUser', id: id('99999') }, /^User 99999 does not exist$/],
		[{ operation: 'RingGroups.DeleteRingGroup', id: id(7) }, /^Ring Group 7 does not exist$/],
		[{ operation: 'Users.SendWelcomeEmail', id: id('7') }, /^User 7 does not exist$/],
		[{ operation: 'Users.ReprovisionAllPhones', ids: [7] }, /^Not found: /],
	]) {
		await assert.rejects(run([item], missing), (error) => {
			assert.match(error.message, message);
			assert.match(error.description, /[Ll]ist what there is first/);
			return true;
		});
	}
});

test('a dry run gives the request, without its secrets, and sends nothing', async () => {
	const execution = { dryRun: true };
	const update = {
		operation: 'Users.UpdateUser',
		id: id('29'),
		bodyMode: 'json',
		bodyJson: { FirstName: 'Ada', AuthPassword: 'hunter2' },
		execution,
	};
	const { output } = await run([update], none);
	const { body, ...json } = output[0].json;
	assert.deepEqual(json, { dryRun: true, method: 'PATCH', path: '/xapi/v1/Users(29)' });
	assert.equal(body.FirstName, 'Ada');
	assert.doesNotMatch(JSON.stringify(output), /hunter2/);
	const list = { operation: 'Users.ListUser', limit: 5, execution: { dryRun: 'true' } };
	const { output: listed } = await run([list], none);
	assert.equal(listed.length, 1);
	assert.match(listed[0].json.path, /^\/xapi\/v1\/Users\?/);
	// What could not be sent fails as it would.
	const wrong = { operation: 'Users.ReprovisionAllPhones', ids: 'x', execution };
	await assert.rejects(run([wrong], none), /IDs\[0\]: expected a whole number/);
});

test('a credential that only reads lets nothing else through', async () => {
	const credential = { readOnly: true };
	const list = { operation: 'Users.ListUser', limit: 1 };
	const { output } = await run([list], () => answer({ value: [{ Id: 1 }] }), { credential });
	assert.equal(output.length, 1);
	for (const item of [
		{ operation: 'Users.DeleteUser', id: id('29') },
		{ operation: 'Users.ReprovisionAllPhones', ids: '[1]' },
		{ operation: 'Users.CreateUser', bodyMode: 'json', bodyJson: { Number: '100' } },
		{ operation: 'ConferenceSettings.GenerateApiKey' },
	]) {
		await assert.rejects(run([item], none, { credential }), (error) => {
			assert.equal(error.constructor.name, 'NodeOperationError');
			assert.match(error.message, /only reads/);
			return true;
		});
	}
});

/** Items that update the users with these ids, some at a time. */
const updates = (ids, concurrency) =>
	ids.map((Id) => ({
		operation: 'Users.UpdateUser',
		id: id(Id),
		bodyMode: 'json',
		bodyJson: { FirstName: 'Ada' },
		execution: { concurrency },
	}));

const idOf = ({ url }) => Number(/\((\d+)\)$/.exec(url)[1]);

test('several items at a time keep their order', async () => {
	const ids = Array.from({ length: 30 }, (_, index) => index + 1);
	let under = 0;
	let most = 0;
	const pbx = async (options) => {
		most = Math.max(most, ++under);
		// The later ones are the faster.
		for (let turns = 40 - idOf(options); turns > 0; turns--) await sleep(0);
		under--;
		return nothing;
	};
	const { output } = await run(updates(ids, 5), pbx);
	assert.deepEqual(
		output.map(({ json, pairedItem }) => [json.Id, pairedItem.item]),
		ids.map((Id, item) => [Id, item]),
	);
	assert.equal(most, 5);
	// What must not be sent twice goes one by one.
	most = 0;
	const creates = ids.map((Number) => ({
		operation: 'Users.CreateUser',
		bodyMode: 'json',
		bodyJson: { Number },
		execution: { concurrency: 5 },
	}));
	const creating = async () => {
		most = Math.max(most, ++under);
		await sleep(0);
		under--;
		return answer({ Id: 1 });
	};
	await run(creates, creating);
	assert.equal(most, 1);
});

test('after a failure nothing new is sent, and the first counts', async () => {
	const ids = Array.from({ length: 50 }, (_, index) => index + 1);
	const pbx = async (options) => {
		await sleep(0);
		if ([7, 8].includes(idOf(options))) throw refused(404);
		return nothing;
	};
	const fail = async (options) => {
		const sent = [];
		const counted = async (request) => {
			sent.push(idOf(request));
			return await pbx(request);
		};
		await assert.rejects(run(updates(ids, 4), counted, options), (error) => {
			assert.equal(error.context.itemIndex, 6);
			return true;
		});
		return sent.length;
	};
	const sent = await fail({});
	assert.ok(sent < 20, `${sent} were sent`);
	const { output } = await run(updates(ids, 4), pbx, { continueOnFail: true });
	assert.equal(output.length, 50);
	assert.deepEqual(
		output.filter(({ json }) => json.error).map(({ pairedItem }) => pairedItem.item),
		[6, 7],
	);
});

test('a stop stops', async () => {
	const stop = new AbortController();
	const ids = Array.from({ length: 50 }, (_, index) => index + 1);
	let sent = 0;
	const pbx = async () => {
		if (++sent === 10) stop.abort();
		await sleep(0);
		return nothing;
	};
	await run(updates(ids, 4), pbx, { stop: stop.signal });
	assert.ok(sent < 20, `${sent} were sent`);
});

test('what is wrong with the concurrency is named', async () => {
	for (const wrong of [0, 11, -1, 2.5, 'many']) {
		const running = run(updates([1, 2], wrong), none);
		await assert.rejects(running, /^NodeOperationError: Concurrency: expected a whole number/);
	}
});
