// As a tool of an AI agent: errors are data, secrets stay out, and results are not longer than a model can take.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, refused, run } from './fake.mjs';

const type = 'n8n-nodes-threecx.threeCxTool';
const get = { operation: 'Users.GetUser', id: { mode: 'id', value: '7' } };

test('an error is data, with what to do', async () => {
	const missing = () => {
		throw refused(404);
	};
	const { output } = await run([get], missing, { type });
	assert.deepEqual(Object.keys(output[0].json), ['error', 'message']);
	const wrong = { operation: 'Users.ReprovisionAllPhones', ids: 'all' };
	const { output: refusal } = await run([wrong], () => assert.fail('something was sent'), { type });
	assert.match(refusal[0].json.error, /IDs\[0\]: expected a whole number.*; got `all`/);
	// Unless somebody chose otherwise; and not in a workflow.
	await assert.rejects(run([get], missing, { type, onError: 'stopWorkflow' }));
	await assert.rejects(run([get], missing));
});

test('a model gets no secrets, a workflow does', async () => {
	const user = { Id: 7, AuthPassword: 'c4nary', VMPIN: 'c4nary', Phones: [{ Secret: 'c4nary' }] };
	for (const [item, response] of [
		[get, user],
		[{ operation: 'Users.CreateUser', bodyMode: 'json', bodyJson: { Number: '100' } }, user],
		[{ operation: 'Users.ListUser', limit: 5, simplify: false }, { value: [user] }],
		[{ ...get, operation: 'Users.GetPhoneSecret', mac: '001565A1B2C3' }, { value: 'c4nary' }],
	]) {
		const { output } = await run([item], () => answer(response), { type });
		assert.doesNotMatch(JSON.stringify(output), /c4nary/, item.operation);
		const { output: whole } = await run([item], () => answer(response));
		assert.match(JSON.stringify(whole), /c4nary/, item.operation);
	}
});

test('what is too long is cut, and says how to get at the rest', async () => {
	const rows = Array.from({ length: 90 }, (_, Id) => ({ Id, Description: 'x'.repeat(1000) }));
	const list = { operation: 'Contacts.ListContact', limit: 90 };
	const pbx = () => answer({ value: rows });
	const { output } = await run([list], pbx, { type });
	assert.ok(JSON.stringify(output.map(({ json }) => json)).length <= 20_000);
	assert.ok(output.length > 10);
	assert.deepEqual(output[0].json, rows[0]);
	assert.match(output.at(-1).json.notice, /^These are the first \d+ of 90 results/);
	const { output: whole } = await run([list], pbx);
	assert.equal(whole.length, 90);
	const long = { Id: 7, Content: '"'.repeat(100_000) };
	const { output: one } = await run([get], () => answer(long), { type });
	assert.ok(JSON.stringify(one.map(({ json }) => json)).length <= 20_000);
	assert.match(one[0].json.notice, /^This is the start of a result of \d+ characters/);
	const { output: few } = await run([list], () => answer({ value: rows.slice(0, 5) }), { type });
	assert.equal(few.length, 5);
});
