/**
 * Sending: with n8n's token, through a gate that keeps one token alive among parallel executions,
 * again where the core says so. What may have been carried out is never sent twice.
 */
import {
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IN8nHttpFullResponse,
	type IPollFunctions,
	sleep,
} from 'n8n-workflow';

import { call } from './core';
import { failure } from './failure';

export const CREDENTIAL = 'threeCxOAuth2Api';

export type Context = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

/** A request as the core plans it. */
export interface Request {
	method: IHttpRequestOptions['method'];
	path: string;
	headers: Record<string, string>;
	body: string | null;
}

/** An answer: the body as it came. */
export interface Response {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

/** What is known of a PBX, by credential. */
interface Pbx {
	/** False until a call has succeeded: then calls go one by one, so that one of them gets the token. */
	open: boolean;
	/** The last in the queue before the gate. */
	last: Promise<void>;
	/** The build that its answers name. */
	version?: string;
}

const known = new Map<string, Pbx>();

/** What is known of the PBX that the node's credential is for. */
export function pbx(context: Context): Pbx {
	const id = context.getNode().credentials?.[CREDENTIAL]?.id ?? '';
	let found = known.get(id);
	if (!found) {
		found = { open: false, last: Promise.resolve() };
		known.set(id, found);
	}
	return found;
}

/** Where a PBX is, as the credential says. */
interface Target {
	baseUrl: string;
	anyCertificate: boolean;
}

/** By execution: n8n takes a credential from its database whenever it is asked for one. */
const targets = new WeakMap<Context, Promise<Target>>();

async function target(context: Context): Promise<Target> {
	const read = async () => {
		const { baseUrl, ignoreSSLIssues } = await context.getCredentials(CREDENTIAL);
		return {
			baseUrl: String(baseUrl).trim().replace(/\/+$/, ''),
			anyCertificate: ignoreSSLIssues === true,
		};
	};
	const found = targets.get(context) ?? read();
	targets.set(context, found);
	return await found;
}

/** Sends a request until it succeeds or the core gives up. */
export async function send(
	context: Context,
	operation: string,
	request: Request,
	itemIndex?: number,
): Promise<Response> {
	const { baseUrl, anyCertificate } = await target(context);
	const there = pbx(context);
	const options: IHttpRequestOptions = {
		method: request.method,
		url: baseUrl + request.path,
		headers: request.headers,
		encoding: 'arraybuffer',
		returnFullResponse: true,
		skipSslCertificateValidation: anyCertificate,
		// Where a redirect points, neither token nor body must go: it is an error that names the place.
		disableFollowRedirect: true,
	};
	if (request.body !== null) options.body = request.body;
	for (let attempt = 1; ; attempt++) {
		try {
			const response = await through(there, async () => await once(context, { ...options }));
			there.version = response.headers['x-3cx-version'] ?? there.version;
			return response;
		} catch (error) {
			const what = describe(error as Failure, baseUrl);
			if (what.answer?.status === 401) there.open = false;
			const reply = call<{ wait: number }>({
				do: 'failed',
				operation,
				version: there.version,
				attempt,
				jitter: Math.random(),
				sent: request.body,
				...what,
			});
			if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
			await sleep(reply.wait ?? 0);
		}
	}
}

async function once(context: Context, options: IHttpRequestOptions): Promise<Response> {
	const response = (await context.helpers.httpRequestWithAuthentication.call(
		context,
		CREDENTIAL,
		options,
	)) as IN8nHttpFullResponse;
	return {
		status: response.statusCode,
		headers: response.headers as Record<string, string>,
		body: bytes(response.body),
	};
}

/** Lets calls through one by one until one has succeeded, then all at once. */
async function through<T>(there: Pbx, pass: () => Promise<T>): Promise<T> {
	if (there.open) return await pass();
	const before = there.last;
	let leave = () => {};
	there.last = new Promise((resolve) => (leave = resolve));
	try {
		await before;
		// Another call may have opened it meanwhile.
		if (there.open) leave();
		const result = await pass();
		there.open = true;
		return result;
	} finally {
		leave();
	}
}

/** What n8n, its HTTP client or Node throw. */
interface Failure extends Error {
	code?: string;
	syscall?: string;
	httpCode?: string | null;
	description?: string | null;
	status?: number;
	body?: unknown;
	config?: { url?: string };
	response?: { status: number; headers?: object; data?: unknown };
	cause?: Failure;
}

/** What happened, for the core: an answer, no token, or nothing came. */
function describe(failed: Failure, baseUrl: string) {
	const host = baseUrl.replace(/^https?:\/\//, '');
	const chain: Failure[] = [];
	for (let error: Failure | undefined = failed; error && chain.length < 8; error = error.cause) {
		chain.push(error);
	}
	const token = chain.some((error) => error.config?.url?.endsWith('/connect/token'));
	const response = chain.find((error) => error.response)?.response;
	if (response) {
		const received = {
			status: response.status,
			headers: response.headers ?? {},
			body: bytes(response.data).toString(),
		};
		return token ? { host, token: received } : { host, answer: received };
	}
	// n8n's OAuth2 client throws the body of what came instead of a token.
	const refused = chain.find((error) => error.body !== undefined);
	if (refused) {
		const body = typeof refused.body === 'string' ? refused.body : JSON.stringify(refused.body);
		return { host, token: { status: refused.status ?? 401, headers: {}, body } };
	}
	// Versions of n8n that do not hand on what they caught.
	if (Number(failed.httpCode) >= 400) {
		const answer = { status: Number(failed.httpCode), headers: {}, body: failed.description ?? '' };
		return { host, answer };
	}
	const find = (name: 'code' | 'syscall') => chain.find((error) => error[name])?.[name];
	const { message } = chain[chain.length - 1];
	return { host, network: { code: find('code'), syscall: find('syscall'), message, token } };
}

function bytes(body: unknown): Buffer {
	if (Buffer.isBuffer(body)) return body;
	if (body instanceof ArrayBuffer) return Buffer.from(body);
	if (body === undefined || body === null) return Buffer.alloc(0);
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
