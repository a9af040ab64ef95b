// Choices: what the editor offers while someone fills in the node.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import description from '../dist/nodes/ThreeCx/ThreeCx.node.js';
import { answer, context, refused } from './fake.mjs';

const { listSearch, loadOptions, resourceMapping } = new description.ThreeCx().methods;

const people = [
	['100', 'Karen', 'Goldberg'],
	['101', 'Karen', 'Silver'],
	['102', 'Ada', 'Goldberg'],
].map(([Number, FirstName, LastName], index) => ({ Id: index + 1, Number, FirstName, LastName }));

/** A PBX that takes several words for a phrase in one property. */
const pbx = (rows) => (options) => {
	const query = new URL(options.url).searchParams;
	const search = (query.get('$search') ?? '').toLowerCase();
	const found = rows.filter((row) =>
		Object.values(row).some((value) => String(value).toLowerCase().includes(search)),
	);
	const skip = Number(query.get('$skip'));
	return answer({ value: found.slice(skip, skip + Number(query.get('$top'))) });
};

const names = async (filter, rows = people, method = 'searchUsersById') => {
	const { results } = await listSearch[method].call(context([{}], pbx(rows)), filter);
	return results.map(({ name }) => name);
};

test('people are found by what the list shows of them', async () => {
	const karen = '100 Karen Goldberg';
	for (const search of [
		karen,
		'Karen Goldberg',
		'goldberg karen',
		'kar gold',
		' 100  karen ',
		'100',
	])
		assert.deepEqual(await names(search), [karen], search);
	assert.deepEqual(await names('karen'), [karen, '101 Karen Silver']);
	assert.deepEqual(await names('karen lovelace'), []);
	assert.equal((await names(undefined)).length, 3);
});

test('more than can be looked through is said', async () => {
	const many = Array.from({ length: 2500 }, (_, index) => ({
		Id: index,
		Number: String(1000 + index),
		FirstName: 'Ada',
		LastName: 'Lovelace',
	}));
	assert.match((await names('ada lovelace', many)).at(-1), /Only the First 2,000 Were Searched/);
	const picked = await loadOptions.searchUsersById.call(context([{}], pbx(many)));
	assert.equal(picked.length, 2001);
	assert.match(picked.at(-1).name, /Only the First 2,000 Are Listed/);
	// It cannot be sent by mistake.
	assert.equal(picked.at(-1).value, '');
	assert.equal((await loadOptions.searchUsersById.call(context([{}], pbx(people)))).length, 3);
});

test('a list of one word is read page by page', async () => {
	const many = Array.from({ length: 250 }, (_, index) => ({ Id: index, Number: String(index) }));
	const fake = context([{}], pbx(many));
	const first = await listSearch.searchUsersById.call(fake, undefined);
	assert.equal(first.results.length, 100);
	const second = await listSearch.searchUsersById.call(fake, undefined, first.paginationToken);
	assert.equal(second.results[0].value, 100);
	const last = await listSearch.searchUsersById.call(fake, undefined, second.paginationToken);
	assert.deepEqual([last.results.length, last.paginationToken], [50, undefined]);
});

test('fields are those of the release that the PBX has', async () => {
	const fields = async (version) => {
		const parameters = { operation: 'NotificationSettings.UpdateNotificationSettings' };
		const fake = context([parameters], () => answer({ Id: 0 }, { 'x-3cx-version': version }));
		const found = await resourceMapping.getFields.call(fake);
		return { sent: fake.sent, ids: found.fields.map(({ id }) => id) };
	};
	const [old, recent] = [await fields('20.0.6.724'), await fields('20.0.10.1621')];
	assert.match(old.sent[0].url, /\/Defs\?\$select=Id$/);
	assert.notDeepEqual(old.ids, recent.ids);
	assert.ok(recent.ids.includes('NotifyCodes') && !old.ids.includes('NotifyCodes'));
	// Without a PBX, the newest are offered.
	const down = () => {
		throw refused(403);
	};
	const fake = context([{ operation: 'NotificationSettings.UpdateNotificationSettings' }], down);
	const offered = await resourceMapping.getFields.call(fake);
	assert.deepEqual(
		offered.fields.map(({ id }) => id),
		recent.ids,
	);
});
