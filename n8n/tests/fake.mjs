// A stand-in for n8n: what the node asks of `this`, answered from plain objects.
import { Readable } from 'node:stream';

import description from '../dist/nodes/ThreeCx/ThreeCx.node.js';

let credentials = 0;

/**
 * A context for `execute`. `items` are objects of parameters, one for each item; `pbx` takes the
 * options of a request and answers with {statusCode, headers, body}, or throws.
 */
export function context(
	items,
	pbx,
	{
		continueOnFail = false,
		polling = false,
		mode = 'trigger',
		credential = {},
		written,
		input,
		timezone = 'UTC',
		activation = 'update',
		stop,
		type = 'n8n-nodes-threecx.threeCx',
		onError,
	} = {},
) {
	const sent = [];
	const id = `credential-${credentials++}`;
	const node = {
		name: '3CX',
		type,
		onError,
		credentials: { threeCxOAuth2Api: { id, name: 'pbx' } },
		// What stands in the workflow, before expressions are worked out.
		parameters: written ?? items[0],
	};
	const staticData = {};
	const warnings = [];
	return {
		sent,
		warnings,
		staticData,
		getNode: () => node,
		getMode: () => mode,
		getActivationMode: () => activation,
		getTimezone: () => timezone,
		getExecutionCancelSignal: () => stop,
		getWorkflow: () => ({ id }),
		logger: { warn: (message) => warnings.push(message) },
		getInputData: () => items.map(() => ({ json: input ?? {} })),
		continueOnFail: () => continueOnFail,
		getWorkflowStaticData: () => staticData,
		getCredentials: async () => ({
			baseUrl: 'https://pbx.example.com:5001/',
			ignoreSSLIssues: false,
			...credential,
		}),
		getNodeParameter(name, index, fallback, { extractValue = false } = {}) {
			// Triggers have no items: the fallback comes second.
			const [parameters, otherwise] = polling ? [items[0], index] : [items[index], fallback];
			const value = name.split('.').reduce((found, key) => found?.[key], parameters) ?? otherwise;
			return extractValue && value?.mode ? value.value : value;
		},
		getCurrentNodeParameter: (name) => items[0][name],
		helpers: {
			async httpRequestWithAuthentication(credential, options) {
				sent.push({ credential, ...options });
				const { statusCode = 200, headers = {}, body = '' } = await pbx(options, sent.length);
				return { statusCode, headers, body: stream(body) };
			},
			async prepareBinaryData(body, fileName, mimeType) {
				const chunks = Buffer.isBuffer(body) ? [body] : await body.toArray();
				return { data: Buffer.concat(chunks).toString('base64'), fileName, mimeType };
			},
			assertBinaryData(index, field) {
				const data = items[index].binary?.[field];
				if (!data) throw new Error(`This operation expects binary data in '${field}'`);
				return data;
			},
			async getBinaryDataBuffer(index, field) {
				return items[index].binary[field];
			},
		},
	};
}

/** A body as n8n hands it over; what is one already stays. */
export function stream(body) {
	return body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
}

/** An answer in JSON. */
export const answer = (value, headers = {}) => ({
	headers: { 'content-type': 'application/json', 'x-3cx-version': '20.0.10.1621', ...headers },
	body: JSON.stringify(value),
});

/** Nothing, as PBXs answer orders. */
export const nothing = { statusCode: 204, headers: { 'x-3cx-version': '20.0.10.1621' } };

/** What n8n throws for an answer other than success. */
export function refused(status, body = '', headers = {}) {
	const cause = Object.assign(new Error(`Request failed with status code ${status}`), {
		response: { status, headers, data: stream(body) },
	});
	return Object.assign(new Error('n8n says something'), { httpCode: String(status), cause });
}

/** What n8n throws if no answer comes. */
export function broken(code, syscall) {
	const cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
	return Object.assign(new Error('n8n says something'), { cause });
}

/** Runs the node and gives the items of its output. */
export async function run(items, pbx, options) {
	const node = new description.ThreeCx();
	const fake = context(items, pbx, options);
	const [output] = await node.execute.call(fake);
	return { output, sent: fake.sent };
}
