// The node without n8n: what is sent for what was filled in, and what becomes of the answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import description from '../dist/nodes/ThreeCx/ThreeCx.node.js';
import { answer, broken, nothing, refused, run } from './fake.mjs';

const { ThreeCx } = description;

const reprovision = (ids, more = {}) => ({ operation: 'Users.ReprovisionAllPhones', ids, ...more });

test('Reprovision All Phones takes text, an array and picked users', async () => {
	for (const item of [
		reprovision('[123, 456]'),
		reprovision('123,456'),
		reprovision([123, '456']),
		reprovision('', { idsFrom: 'list', idsPicked: [123, 456] }),
	]) {
		const { output, sent } = await run([item], () => nothing);
		assert.equal(sent.length, 1);
		assert.equal(sent[0].method, 'POST');
		assert.equal(
			sent[0].url,
			'https://pbx.example.com:5001/xapi/v1/Users/Pbx.ReprovisionAllPhones',
		);
		assert.equal(sent[0].body, '{"ids":[123,456]}');
		assert.deepEqual(output, [
			{
				json: {
					success: true,
					operation: 'Users.ReprovisionAllPhones',
					sent: { ids: [123, 456] },
				},
				pairedItem: { item: 0 },
			},
		]);
	}
});

test('an order that lists nothing that failed says what was done', async () => {
	const item = { operation: 'Users.BatchDelete', ids: '[37, 38]' };
	const operation = 'Users.BatchDelete';
	const said = { success: true, deleted: true, operation, sent: { ids: [37, 38] } };
	const { output } = await run([item], () => answer({ value: [] }));
	assert.deepEqual(output, [{ json: said, pairedItem: { item: 0 } }]);
	const failed = { Error: 'WARNINGS.XAPI.NOT_FOUND', ExtensionNumber: '37' };
	const { output: errors } = await run([item], () => answer({ value: [failed] }));
	assert.deepEqual(errors, [{ json: failed, pairedItem: { item: 0 } }]);
});

test('malformed lists are refused with their place before anything is sent', async () => {
	for (const [ids, message] of [
		['[123, 4x6]', /got `4x6` \(line 1, column 7\)/],
		['[123,\n 456', /line 2, column 5/],
		['', /list of whole numbers/],
		[{ a: 1 }, /list of whole numbers/],
	]) {
		const pbx = () => assert.fail('something was sent');
		await assert.rejects(run([reprovision(ids)], pbx), (error) => {
			assert.equal(error.constructor.name, 'NodeOperationError');
			assert.match(error.message, message);
			assert.ok(error.description.length > 0);
			assert.equal(error.context.itemIndex, 0);
			return true;
		});
	}
});

test('each item fails for itself', async () => {
	const items = [reprovision('[1]'), reprovision('x'), reprovision('[3]')];
	const { output, sent } = await run(items, () => nothing, { continueOnFail: true });
	assert.equal(sent.length, 2);
	assert.deepEqual(
		output.map((item) => item.pairedItem.item),
		[0, 1, 2],
	);
	// n8n adds the input item on the error output only if there is nothing besides these.
	assert.deepEqual(Object.keys(output[1].json), ['error', 'message']);
	assert.match(output[1].json.error, /^IDs\[0\]: expected a whole number/);
	assert.ok(output[1].json.message.length > 0);
	assert.equal(output[1].error, undefined);
});

const users = (total) => (options) => {
	const query = new URL(options.url).searchParams;
	const [top, skip] = [Number(query.get('$top')), Number(query.get('$skip'))];
	assert.ok(top <= 100);
	const ids = Array.from({ length: total }, (_, id) => id).slice(skip, skip + top);
	return answer({ '@odata.context': 'x', value: ids.map((Id) => ({ Id })) });
};

test('lists are read page by page, as far as is wanted', async () => {
	for (const [parameters, rows, calls] of [
		[{ returnAll: true }, 1050, 11],
		[{ limit: 150 }, 150, 2],
		[{ returnAll: true, options: { skip: 1000 } }, 50, 1],
		[{ options: { top: 7 } }, 7, 1],
	]) {
		const item = { operation: 'Users.ListUser', ...parameters };
		const { output, sent } = await run([item], users(1050));
		assert.equal(output.length, rows);
		assert.equal(sent.length, calls);
		assert.equal(new Set(output.map((row) => row.json.Id)).size, rows);
		assert.ok(output.every((row) => row.pairedItem.item === 0));
	}
});

test('orders are sent again only where nothing can have happened', async () => {
	for (const [fail, calls, message] of [
		[() => refused(401), 2],
		[() => broken('ECONNREFUSED', 'connect'), 2],
		[() => refused(503, '', { 'retry-after': '0' }), 2],
		[() => broken('ECONNRESET', 'read'), 1, /may have been carried out/],
		[() => refused(500), 1, /status 500/],
		[() => refused(504), 1, /status 504/],
	]) {
		const item = { operation: 'Users.SendWelcomeEmail', id: { mode: 'id', value: '7' } };
		let attempts = 0;
		const pbx = () => {
			attempts++;
			if (attempts === 1) throw fail();
			return nothing;
		};
		const running = run([item], pbx);
		if (message) {
			await assert.rejects(running, (error) => {
				assert.equal(error.constructor.name, 'NodeApiError');
				assert.match(error.message, message);
				return true;
			});
		} else {
			await running;
		}
		assert.equal(attempts, calls, String(fail));
	}
});

test('a refusal says what the PBX means and what to do', async () => {
	const body = JSON.stringify({
		error: {
			code: '',
			message: 'Number:\nWARNINGS.XAPI.ALREADY_IN_USE',
			details: [{ code: '', message: 'WARNINGS.XAPI.ALREADY_IN_USE', target: 'Number' }],
		},
	});
	const item = { operation: 'Users.CreateUser', bodyMode: 'json', bodyJson: '{"Number":"100"}' };
	const running = run([item], () => {
		throw refused(400, body);
	});
	await assert.rejects(running, (error) => {
		assert.match(error.message, /Number: This value is already used by another object/);
		assert.match(error.description, /nothing was changed/);
		assert.equal(error.httpCode, '400');
		return true;
	});
});

test('bodies are coerced by type, and fields left empty are not sent', async () => {
	const body = {
		mappingMode: 'defineBelow',
		value: { Enabled: 'true', FirstName: 'Ada', Groups: '[{"GroupId": 28}]', LastName: null },
		schema: [],
	};
	const item = { operation: 'Users.UpdateUser', id: { mode: 'list', value: 7 }, body };
	const { sent, output } = await run([item], () => nothing);
	assert.equal(sent[0].method, 'PATCH');
	assert.match(sent[0].url, /\/Users\(7\)$/);
	assert.deepEqual(JSON.parse(sent[0].body), {
		Enabled: true,
		FirstName: 'Ada',
		Groups: [{ GroupId: 28 }],
	});
	assert.strictEqual(output[0].json.Id, 7);
});

test('files come as binary data', async () => {
	const headers = {
		'content-type': 'text/csv',
		'content-disposition': 'attachment; filename="users.csv"',
	};
	const item = { operation: 'Users.ExportExtensions', outputField: 'file' };
	const { output } = await run([item], () => ({ headers, body: 'a,b\n' }));
	assert.deepEqual(output[0].binary.file, {
		data: Buffer.from('a,b\n').toString('base64'),
		fileName: 'users.csv',
		mimeType: 'text/csv',
	});
	assert.equal(output[0].json.size, 4);
});

test('files go into fields', async () => {
	const item = {
		operation: 'PhoneTemplates.UpdatePhoneTemplate',
		id: { mode: 'id', value: 'x.xml' },
		bodyFiles: { file: [{ field: 'Content', input: 'data', encoding: 'utf8' }] },
		binary: { data: Buffer.from('<phone/>') },
	};
	const { sent } = await run([item], () => nothing);
	assert.deepEqual(JSON.parse(sent[0].body), { Content: '<phone/>' });
});

test('where releases differ, the PBX is asked once which one it is', async () => {
	const item = { operation: 'Users.GetUserByNumber', number: { mode: 'id', value: "O'1" } };
	for (const [version, path] of [
		['20.0.7.1080', "/xapi/v1/Users/Pbx.GetByNumber(number='O''1')"],
		['20.0.10.1621', "/xapi/v1/Users(Number='O''1')"],
	]) {
		const { sent } = await run([item], () => answer({ Id: 1 }, { 'x-3cx-version': version }));
		const paths = sent.map(({ url }) => url.replace('https://pbx.example.com:5001', ''));
		assert.deepEqual(paths, ['/xapi/v1/Defs?$select=Id', path]);
	}
});

test('what the connected PBX lacks is named, with what replaced it', async () => {
	const item = { operation: 'Users.GetCallLog' };
	const running = run([item], () => answer({ Id: 0 }));
	await assert.rejects(
		running,
		/Users.GetCallLog exists from 20\.0\.6[^@]* but the PBX is 20\.0\.10/,
	);
});

test('values and records become one item', async () => {
	const get = { operation: 'Users.GetUser', id: { mode: 'id', value: '7' } };
	const { output } = await run([get], () =>
		answer({ '@odata.context': 'x', '@odata.etag': 'e', Id: 7 }),
	);
	assert.deepEqual(output[0].json, { '@odata.etag': 'e', Id: 7 });
});

test('a web page, nothing or an error is not an answer, whatever its status', async () => {
	const page = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><p>Welcome' };
	const empty = { headers: { 'content-type': 'application/json' }, body: '' };
	const error = answer({ error: { code: '', message: 'Users:\nsomething' } });
	const get = { operation: 'Users.GetUser', id: { mode: 'id', value: '7' } };
	const order = reprovision('[1]');
	const file = { operation: 'Users.ExportExtensions', outputField: 'data' };
	const list = { operation: 'Users.ListUser', limit: 5 };
	for (const [item, response, message] of [
		[list, page, /answers, but not as a 3CX does: it sends a web page \(text\/html\)/],
		[get, page, /web page/],
		[order, page, /web page/],
		[file, page, /web page/],
		[list, { ...page, headers: { 'content-type': 'application/json' } }, /web page/],
		[list, empty, /cannot be read: it is empty/],
		[get, empty, /cannot be read: it is empty/],
		[list, error, /cannot be read: it is an error under status 200: Users:\nsomething/],
		[get, error, /it is an error under status 200/],
		[order, error, /may have been carried out or not/],
		[file, error, /it is an error under status 200/],
		[list, answer({}), /there are no rows in it/],
		[list, answer(null), /there are no rows in it/],
		[list, answer({ value: null }), /there are no rows in it/],
	]) {
		await assert.rejects(
			run([item], () => response),
			(failed) => {
				assert.match(failed.message, message, item.operation);
				assert.ok(failed.description.length > 0);
				return true;
			},
		);
	}
	// An order that is answered with nothing has been carried out; so has a file that is JSON.
	await run([order], () => ({ headers: {}, body: '' }));
	const policy = {
		operation: 'AmazonIntegrationSettings.GenerateIamPolicyFile',
		outputField: 'data',
	};
	const { output } = await run([policy], () => answer({ Version: '2012' }));
	assert.equal(output[0].json.mediaType, 'application/json');
});

test('no redirect is followed, and the error names where it points', async () => {
	for (const item of [
		{ operation: 'Users.ListUser', limit: 5 },
		reprovision('[1]'),
		{ operation: 'Users.ExportExtensions', outputField: 'data' },
	]) {
		for (const status of [301, 302, 303, 307, 308]) {
			let calls = 0;
			const running = run([item], (options) => {
				calls++;
				assert.equal(options.disableFollowRedirect, true);
				throw refused(status, '', { location: 'https://elsewhere.example/' });
			});
			await assert.rejects(running, (error) => {
				assert.match(
					error.message,
					/^Pbx\.example\.com:5001 answers, but not as a 3CX does: it redirects to https:\/\/elsewhere\.example\/$/,
				);
				assert.match(error.description, /Check the host name and port/);
				return true;
			});
			assert.equal(calls, 1);
		}
	}
});

test('a resource that is chosen and nothing else changes nothing', async () => {
	const { properties } = new ThreeCx().description;
	const dropdowns = properties.filter(({ name }) => name === 'operation');
	assert.ok(dropdowns.length > 100);
	for (const { default: untouched, required, options } of dropdowns) {
		if (untouched === '') {
			assert.equal(required, true);
			await assert.rejects(
				run([{ operation: untouched }], () => assert.fail('something was sent')),
				/there is no operation/i,
			);
			continue;
		}
		const { description } = options.find(({ value }) => value === untouched);
		assert.match(description, /^(Gives|Lists) /, untouched);
	}
	const [purge] = dropdowns.filter(
		(dropdown) => dropdown.displayOptions.show.resource[0] === 'PurgeSettings',
	);
	assert.equal(purge.default, '');
});
