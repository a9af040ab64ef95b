// The credential's test without n8n: what n8n is told to send, and which answers it takes for a failure.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import credential from '../dist/credentials/ThreeCxOAuth2Api.credentials.js';
import core from '../dist/nodes/ThreeCx/core.js';

const type = new credential.ThreeCxOAuth2Api();
const { request, rules } = type.test;

test('the test follows no redirect, and says what is wrong', () => {
	assert.equal(request.disableFollowRedirect, true);
	for (const status of [301, 302, 303, 307, 308]) {
		const [rule] = rules.filter(
			({ type, properties }) => type === 'responseCode' && properties.value === status,
		);
		assert.match(rule.properties.message, /redirects to another one.*Base URL/);
	}
});

test('what is not the answer of a 3CX is not a success', () => {
	// n8n compares a member of the answer by ===.
	const [{ properties }] = rules.filter(({ type }) => type === 'responseSuccessBody');
	const fails = (answer) => answer[properties.key] === properties.value;
	assert.ok(!fails({ '@odata.context': 'x', Id: 0 }));
	for (const answer of ['<html>Welcome</html>', '', {}, { error: { message: 'no' } }]) {
		assert.ok(fails(answer), JSON.stringify(answer));
	}
	assert.match(properties.message, /not as a 3CX does/);
});

/** An expression as a function of what the credential holds, which n8n calls by this name. */
function compiled(expression, name) {
	const [, code, rest] = /^=\{\{(.*)\}\}(.*)$/s.exec(expression);
	const worked = new Function(name, `return ${code}`);
	return (values) => worked(values) + rest;
}

const accessTokenUrl = type.properties.find(({ name }) => name === 'accessTokenUrl');
const tokenUrl = compiled(accessTokenUrl.default, '$self');
const testUrl = compiled(request.baseURL, '$credentials');

test('the client secret goes where the calls go, and nowhere else', () => {
	const hosts = [
		'pbx.example.com',
		'PBX',
		'büro.example',
		'a_b.example',
		'192.168.1.10',
		'10.0.0.1',
		'127.0.0.1',
		'127.9.8.7',
		'localhost',
		'LocalHost',
		'pbx.localhost',
		'localhost.example.com',
		'notlocalhost',
		'127.0.0.1.example.com',
		'127.1',
		'127.0.0.01',
		'0x7f.0.0.1',
		'0.0.0.0',
		'[::1]',
		'[0:0:0:0:0:0:0:1]',
		'[::ffff:127.0.0.1]',
		'[2001:db8::1]',
		'',
		'.',
		'a..b',
		'-',
		'a b',
		'a%2eb',
		'a\\b',
		'user@pbx',
		'user:secret@pbx',
		'[::1',
		'pbx\n.example',
	];
	const schemes = [
		'',
		'https://',
		'HTTPS://',
		'http://',
		'HTTP://',
		'ftp://',
		'https:',
		'http:/',
		'//',
		'https://https://',
	];
	const ports = ['', ':5001', ':0', ':65536', ':99999', ':00080', ':', ':x', ':+80'];
	const ends = [
		'',
		'/',
		'/xapi/v1',
		'/xapi/v1/',
		'/xapi',
		'/webclient',
		'/#/login',
		'/#/office/users',
		'#/login?next=/x',
		'/#',
		'/webclient/#/people',
		'?x=1',
		'/?x=1#/login',
		'/#login',
		'/other',
		'/xapi/v1/Users',
		'//',
		'/xapi/v1//',
		'\\@evil.example',
		'/#/\n',
	];
	const around = [
		['', ''],
		['\uFEFF \t', '\u00A0\r\n'],
	];
	let accepted = 0;
	for (const scheme of schemes)
		for (const host of hosts)
			for (const port of ports)
				for (const end of ends) {
					for (const [before, after] of around)
						for (const allowHttp of [false, true]) {
							const baseUrl = before + scheme + host + port + end + after;
							const reply = core.call({ do: 'address', baseUrl, allowHttp });
							const asked = tokenUrl({ baseUrl, allowHttp });
							if (!reply.error) {
								accepted++;
								assert.equal(asked, `${reply.baseUrl}/connect/token`, JSON.stringify(baseUrl));
								assert.equal(testUrl({ baseUrl, allowHttp }), reply.baseUrl);
								// Whoever sends it reads no other host in it.
								const read = new URL(reply.baseUrl);
								assert.equal(read.username + read.password + read.search + read.hash, '');
								assert.equal(read.pathname, '/');
								continue;
							}
							// Nothing can be sent there: it has no host, or another protocol.
							if (!URL.canParse(asked)) continue;
							assert.doesNotMatch(new URL(asked).protocol, /^https?:$/, JSON.stringify(baseUrl));
						}
				}
	assert.ok(accepted > 10_000, String(accepted));
});

test('an address that is refused is named', () => {
	assert.match(
		tokenUrl({ baseUrl: 'http://pbx.example.com' }),
		/^base-url-has-to-begin-with-https:/,
	);
	assert.match(
		tokenUrl({ baseUrl: 'https://a:b@pbx' }),
		/^base-url-is-not-the-address-of-a-web-console:/,
	);
	for (const baseUrl of ['', undefined, null])
		assert.match(tokenUrl({ baseUrl }), /^base-url-is-not/);
});
