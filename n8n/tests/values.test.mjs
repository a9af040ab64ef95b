// Values as n8n yields them: text where a number is meant, nothing where something is, dates of its own kind.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { answer, nothing, run } from './fake.mjs';

const require = createRequire(import.meta.url);
const { DateTime } = createRequire(require.resolve('n8n-workflow'))('luxon');

const id = { mode: 'id', value: '7' };
const none = () => assert.fail('something was sent');

/** A PBX with this number of users. */
const users = (total) => (options) => {
	const query = new URL(options.url).searchParams;
	const [top, skip] = [Number(query.get('$top')), Number(query.get('$skip'))];
	const ids = Array.from({ length: total }, (_, index) => index).slice(skip, skip + top);
	const count = query.get('$count') === 'true' ? { '@odata.count': total } : {};
	return answer({ ...count, value: ids.map((Id) => ({ Id })) });
};

const listed = async (parameters) => {
	const { output } = await run([{ operation: 'Users.ListUser', ...parameters }], users(130));
	return output.length;
};

test('amounts are understood however they come', async () => {
	for (const [parameters, rows] of [
		[{ limit: 7 }, 7],
		[{ limit: '7' }, 7],
		[{ limit: ' 7 ' }, 7],
		[{ limit: 7.0 }, 7],
		[{ limit: '7.0' }, 7],
		[{ limit: 7n }, 7],
		[{ limit: 0 }, 0],
		[{ limit: '' }, 50],
		[{ limit: null }, 50],
		[{ limit: undefined }, 50],
		[{}, 50],
		[{ returnAll: true }, 130],
		[{ returnAll: 'true' }, 130],
		[{ returnAll: 'TRUE', limit: 7 }, 130],
		[{ returnAll: 'false', limit: 7 }, 7],
		[{ returnAll: '', limit: 7 }, 7],
		[{ returnAll: null, limit: 7 }, 7],
		[{ limit: 7, options: { top: '9' } }, 9],
		[{ limit: 7, options: { top: null } }, 7],
		[{ limit: 7, options: { top: '' } }, 7],
		[{ limit: 7, options: { top: undefined } }, 7],
		[{ limit: 20, options: { skip: '120' } }, 10],
		[{ limit: 20, options: { skip: null } }, 20],
		[{ returnAll: 'true', options: { skip: 100 } }, 30],
		[{ limit: 7, options: null }, 7],
		[
			{
				limit: 7,
				options: {
					filter: undefined,
					search: null,
					orderby: '',
					select: [],
					expand: null,
					count: undefined,
				},
			},
			7,
		],
	]) {
		assert.equal(
			await listed(parameters),
			rows,
			JSON.stringify(parameters, (_, value) => String(value ?? value)),
		);
	}
});

test('amounts that are none are named', async () => {
	for (const [name, shown] of [
		['limit', 'Limit'],
		['top', 'Top'],
		['skip', 'Skip'],
	]) {
		for (const value of [
			-1,
			'-1',
			2.5,
			'2.5',
			'2,5',
			'many',
			NaN,
			Infinity,
			'1e99',
			true,
			[7],
			{ a: 1 },
		]) {
			const parameters = name === 'limit' ? { limit: value } : { options: { [name]: value } };
			await assert.rejects(run([{ operation: 'Users.ListUser', ...parameters }], none), (error) => {
				assert.equal(error.constructor.name, 'NodeOperationError');
				assert.match(
					error.message,
					new RegExp(`^${shown}: expected a whole number`),
					String(value),
				);
				assert.equal(error.context.itemIndex, 0);
				return true;
			});
		}
	}
	for (const [parameters, shown] of [
		[{ returnAll: 'perhaps' }, 'Return All'],
		[{ returnAll: [] }, 'Return All'],
		[{ simplify: 'perhaps' }, 'Simplify'],
		[{ options: { count: 'perhaps' } }, 'Count'],
	]) {
		await assert.rejects(
			run([{ operation: 'Users.ListUser', ...parameters }], none),
			new RegExp(`^NodeOperationError: ${shown}: expected`),
		);
	}
});

test('switches are understood however they come', async () => {
	for (const [count, total] of [
		[true, 130],
		['true', 130],
		[false, undefined],
		['false', undefined],
		[null, undefined],
	]) {
		const { output } = await run(
			[{ operation: 'Users.ListUser', limit: 3, options: { count } }],
			users(130),
		);
		assert.equal(output[0].json['@odata.count'], total, String(count));
	}
	for (const [simplify, selects] of [
		[true, true],
		['true', true],
		[false, false],
		['false', false],
		[null, false],
	]) {
		const { sent } = await run([{ operation: 'Users.ListUser', limit: 3, simplify }], users(130));
		assert.equal(sent[0].url.includes('$select='), selects, String(simplify));
	}
});

test('a text where none fits is named', async () => {
	for (const options of [
		{ filter: ['Id eq 1'] },
		{ search: ['x'] },
		{ filter: { a: 1 } },
		{ ifMatch: ['x'] },
	]) {
		const item = options.ifMatch
			? { operation: 'Contacts.DeleteContact', id }
			: { operation: 'Users.ListUser' };
		const [name] = Object.keys(options);
		await assert.rejects(
			run([{ ...item, options }], none),
			new RegExp(`${name === 'ifMatch' ? 'if match' : name}: expected text`, 'i'),
		);
	}
	const field = (Mobile) => ({
		operation: 'Users.UpdateUser',
		id,
		bodyMode: 'json',
		bodyJson: { Mobile },
	});
	for (const value of [['1'], { a: 1 }])
		await assert.rejects(run([field(value)], none), /Mobile: expected text/);
});

/** What is sent for a body. */
const body = async (item, options) => {
	const { sent } = await run(
		[{ operation: 'Users.UpdateUser', id, ...item }],
		() => nothing,
		options,
	);
	return JSON.parse(sent[0].body);
};

const mapped = (value, mappingMode = 'defineBelow') => ({
	body: { mappingMode, value, schema: Object.keys(value ?? {}).map((name) => ({ id: name })) },
});

test('what is blank stays as it is, and null clears', async () => {
	const value = {
		FirstName: 'Ada',
		Mobile: '',
		LastName: null,
		Enabled: undefined,
		PrimaryGroupId: '',
	};
	assert.deepEqual(await body(mapped(value)), { FirstName: 'Ada' });
	// An expression that yields null means it.
	const written = mapped({
		...value,
		FirstName: '={{ $json.first }}',
		Mobile: '={{ $json.mobile }}',
	});
	const nulls = { FirstName: 'Ada', Mobile: null, LastName: null };
	assert.deepEqual(await body(mapped(nulls), { written }), { FirstName: 'Ada', Mobile: null });
	assert.deepEqual(
		await body(mapped(nulls), { written: { body: { value: '={{ $json }}' } } }),
		nulls,
	);
	// So does an input item that is mapped as it is.
	const input = { FirstName: 'Ada', Mobile: '', LastName: null, Unknown: 'x' };
	const automatic = {
		body: {
			mappingMode: 'autoMapInputData',
			value: null,
			schema: ['FirstName', 'Mobile', 'LastName', 'Enabled'].map((name) => ({ id: name })),
		},
	};
	assert.deepEqual(await body(automatic, { input }), { FirstName: 'Ada', LastName: null });
	assert.deepEqual(await body({ bodyMode: 'json', bodyJson: '{"Mobile":null}' }), { Mobile: null });
	assert.deepEqual(await body({ bodyMode: 'json', bodyJson: { Mobile: null, FirstName: '' } }), {
		Mobile: null,
		FirstName: '',
	});
	// If nothing is left, nothing is sent.
	for (const empty of [
		mapped({ Mobile: '' }),
		mapped({ Mobile: null }),
		mapped({}),
		mapped(null),
	]) {
		await assert.rejects(
			run([{ operation: 'Users.UpdateUser', id, ...empty }], none),
			/at least one property/,
		);
	}
});

test('a body that is not there is named', async () => {
	for (const bodyJson of [undefined, null, '', ' ', [], 'x', 7, true, NaN, {}, { Number: '' }]) {
		const item = { operation: 'Contacts.CreateContact', bodyMode: 'json', bodyJson };
		await assert.rejects(run([item], none), (error) => {
			assert.equal(error.constructor.name, 'NodeOperationError', error.message);
			assert.match(error.message, /^Body: expected (a JSON object|at least one field)/);
			return true;
		});
	}
});

test('no value of JavaScript is lost on its way', async () => {
	const json = (Limits) => ({ bodyMode: 'json', bodyJson: { FirstName: Limits } });
	assert.deepEqual(await body(json(12345678901234567890n)), { FirstName: '12345678901234567890' });
	// JSON would write null for these, which clears.
	assert.deepEqual(await body(json(NaN)), { FirstName: 'NaN' });
	for (const value of [NaN, Infinity, -Infinity]) {
		const item = {
			operation: 'Users.UpdateUser',
			id,
			bodyMode: 'json',
			bodyJson: { PrimaryGroupId: value },
		};
		await assert.rejects(
			run([item], none),
			/Primary Group ID: expected a whole number|Body\.PrimaryGroupId: expected a whole number/,
		);
		const inner = {
			operation: 'Users.UpdateUser',
			id,
			body: { mappingMode: 'defineBelow', value: { Groups: [{ GroupId: value }] } },
		};
		await assert.rejects(run([inner], none), /GroupId: expected a whole number/);
		await assert.rejects(
			run([{ operation: 'Users.ReprovisionAllPhones', ids: [1, value] }], none),
			/IDs\[1\]: expected a whole number/,
		);
	}
	await assert.rejects(
		run([{ operation: 'Users.ReprovisionAllPhones', ids: [1, undefined] }], none),
		/IDs\[1\]: expected a whole number/,
	);
	assert.deepEqual(
		await body({ bodyMode: 'json', bodyJson: { FirstName: 'Ada', Mobile: undefined } }),
		{ FirstName: 'Ada' },
	);
});

test('points in time come as n8n has them', async () => {
	const instant = '2026-01-31T09:30:00Z';
	const report = async (periodFrom) => {
		const more = {
			periodTo: '2026-02-01',
			sourceType: 0,
			sourceFilter: '',
			destinationType: 0,
			destinationFilter: '',
			callsType: 0,
			callTimeFilterType: 0,
			callTimeFilterFrom: '0:00:0',
			callTimeFilterTo: '0:00:0',
			hidePcalls: false,
		};
		const item = { operation: 'ReportCallLogData.GetCallLogData', limit: 5, periodFrom, ...more };
		const { sent } = await run([item], () => answer({ value: [] }));
		return /periodFrom=([^,]*),/.exec(decodeURIComponent(sent.at(-1).url))[1];
	};
	for (const value of [
		instant,
		`\uFEFF${instant}`,
		'2026-01-31T10:30:00+01:00',
		new Date(instant),
		DateTime.fromISO(instant),
		DateTime.fromISO(instant, { zone: 'Asia/Tokyo' }),
		DateTime.fromISO(instant).toString(),
	]) {
		assert.equal(await report(value), instant, String(value));
	}
	for (const value of [
		new Date(NaN),
		DateTime.invalid('no such day'),
		'yesterday',
		NaN,
		['2026-01-31'],
	]) {
		await assert.rejects(report(value), /Period From: expected/, String(value));
	}
});

test('times without an offset are those of the workflow', async () => {
	const period = async (periodFrom, periodTo, timezone) => {
		const item = {
			operation: 'ActivityLog.GetLogs',
			limit: 5,
			startDate: periodFrom,
			endDate: periodTo,
			extension: '2026-11-01T00:00:00',
		};
		const { sent } = await run([item], () => answer({ value: [] }), { timezone });
		const path = decodeURIComponent(sent.at(-1).url);
		assert.match(path, /extension='2026-11-01T00:00:00'/);
		return /startDate=([^,]*),endDate=([^,]*),/.exec(path).slice(1, 3);
	};
	for (const [from, to, zone, sent] of [
		// The picker of the editor gives this.
		['2026-11-01T00:00:00', '2026-11-02T00:00:00', 'America/New_York', ['04:00', '05:00']],
		['2026-11-01', '2026-11-02', 'America/New_York', ['04:00', '05:00']],
		['2026-11-01 00:00', '2026-11-02T00:00:00.5', 'Asia/Kolkata', ['18:30', '18:30']],
		['2026-11-01T00:00:00', '2026-11-02T00:00:00', 'UTC', ['00:00', '00:00']],
		['2026-03-29T01:30:00', '2026-03-29T03:30:00', 'Europe/Berlin', ['00:30', '01:30']],
		// What has an offset keeps it.
		['2026-11-01T00:00:00Z', '2026-11-02T00:00:00+01:00', 'America/New_York', ['00:00', '23:00']],
		[
			new Date('2026-11-01T00:00:00Z'),
			DateTime.fromISO('2026-11-02T00:00:00Z'),
			'Asia/Tokyo',
			['00:00', '00:00'],
		],
	]) {
		const times = (await period(from, to, zone)).map((instant) => instant.slice(11, 16));
		assert.deepEqual(times, sent, `${from} ${zone}`);
	}
	const until = async (item) => {
		const operation = 'Blocklist.CreateBlocklistAddr';
		const { sent } = await run([{ operation, ...item }], () => answer({ Id: 1 }), {
			timezone: 'America/New_York',
		});
		return JSON.parse(sent.at(-1).body).ExpiresAt;
	};
	const ExpiresAt = '2026-12-01T09:30:00';
	for (const item of [
		{ bodyMode: 'json', bodyJson: { ExpiresAt } },
		{ bodyMode: 'json', bodyJson: JSON.stringify({ ExpiresAt }) },
		mapped({ ExpiresAt }),
	]) {
		assert.equal(await until(item), '2026-12-01T14:30:00Z');
	}
});

test('a byte order mark before a value is not a part of it', async () => {
	for (const ids of ['\uFEFF[1,2]', '\uFEFF1,2']) {
		const { sent } = await run([{ operation: 'Users.ReprovisionAllPhones', ids }], () => nothing);
		assert.equal(sent[0].body, '{"ids":[1,2]}');
	}
	assert.deepEqual(await body({ bodyMode: 'json', bodyJson: '\uFEFF{"Mobile":"1"}' }), {
		Mobile: '1',
	});
	const { output } = await run([{ operation: 'Users.GetUser', id }], () => ({
		headers: { 'content-type': 'application/json' },
		body: '\uFEFF{"Id":7}',
	}));
	assert.deepEqual(output[0].json, { Id: 7 });
});

test('addresses that were pasted are understood, and others named', async () => {
	const at = async (credential) => {
		const { sent } = await run([{ operation: 'Users.ListUser', limit: 1 }], users(1), {
			credential,
		});
		return new URL(sent[0].url).origin;
	};
	for (const baseUrl of [
		'https://pbx.example.com:5001',
		' https://pbx.example.com:5001/ ',
		'\uFEFFhttps://pbx.example.com:5001',
		'https://pbx.example.com:5001/xapi/v1',
		'https://pbx.example.com:5001/#/login',
		'https://pbx.example.com:5001/#/office/users',
		'pbx.example.com:5001',
	]) {
		assert.equal(await at({ baseUrl }), 'https://pbx.example.com:5001', baseUrl);
	}
	assert.equal(await at({ baseUrl: 'http://localhost:5004' }), 'http://localhost:5004');
	assert.equal(await at({ baseUrl: 'http://pbx.lan', allowHttp: true }), 'http://pbx.lan');
	for (const [credential, message] of [
		[{ baseUrl: 'http://pbx.lan' }, /http:\/\/ would show the client secret/],
		[{ baseUrl: 'http://pbx.lan', allowHttp: 'true' }, /http:\/\/ would show the client secret/],
		[{ baseUrl: 'https://admin:hunter2@pbx' }, /must not contain a user name or password/],
		[{ baseUrl: 'https://pbx/?a=1' }, /has to end after the host name or port/],
		[{ baseUrl: '' }, /it is empty/],
		[{ baseUrl: undefined }, /it is empty/],
		[{ timeout: 'soon' }, /Timeout: expected a number/],
	]) {
		await assert.rejects(run([{ operation: 'Users.ListUser' }], none, { credential }), (error) => {
			assert.equal(error.constructor.name, 'NodeOperationError');
			assert.match(error.message, message);
			assert.doesNotMatch(error.message, /hunter2/);
			return true;
		});
	}
});
