// The credential's test without n8n: what n8n is told to send, and which answers it takes for a failure.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import credential from '../dist/credentials/ThreeCxOAuth2Api.credentials.js';

const { request, rules } = new credential.ThreeCxOAuth2Api().test;

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
