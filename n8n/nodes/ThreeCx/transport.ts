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

import { bytes, opened, type Part, TOO_LARGE } from './body';
import { call, type Reply } from './core';
import { Deadline, TIMED_OUT } from './deadline';
import { failure } from './failure';
import { given } from './given';

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
	/** Whether the body is only the start of what came: the rest has been kept elsewhere. */
	isKept?: boolean;
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
	host: string;
	/** How long one call may take, in milliseconds. */
	timeout: number;
	anyCertificate: boolean;
	/** Whether only what changes nothing may be sent. */
	readOnly: boolean;
}

/** By execution: n8n takes a credential from its database whenever it is asked for one. */
const targets = new WeakMap<Context, Promise<Reply<Target>>>();

async function target(context: Context, itemIndex?: number): Promise<Target> {
	const read = async () => {
		const credential = await context.getCredentials(CREDENTIAL);
		const { baseUrl, allowHttp, timeout, ignoreSSLIssues, readOnly } = credential;
		const address = { baseUrl: String(baseUrl ?? ''), allowHttp: allowHttp === true };
		const reply = call<Target>({ do: 'address', ...address, timeout: given(timeout) });
		return { ...reply, anyCertificate: ignoreSSLIssues === true, readOnly: readOnly === true };
	};
	const found = targets.get(context) ?? read();
	targets.set(context, found);
	const reply = await found;
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	return reply as Target;
}

/** What is known of a request besides what is sent. */
export interface About {
	operation: string;
	itemIndex?: number;
	/** Whether a file is the answer: it may be larger, and take longer. */
	file?: boolean;
	/** The one thing that it is about: `User 29`. */
	thing?: string;
	/** Whether it changes something on the PBX. */
	changes?: boolean;
	/** Keeps a file as it comes, if it is one; of anything else, the start is enough. */
	keep?: (start: Response, part: Part) => Promise<boolean>;
}

/** The largest answer and the largest file, in bytes; n8n holds them in memory. */
const LARGEST = { answer: 100e6, file: 1e9 };

/** How many times as long as an answer a file may take. */
const SLOWER = 10;

const READ_ONLY = {
	code: 'input',
	message: 'This credential only reads, and the operation changes something: nothing was sent',
	next: 'Choose an operation that reads, or switch off Read Only in the credential.',
};

/** Sends a request until it succeeds, the core gives up or the time is over. */
export async function send(context: Context, about: About, request: Request): Promise<Response> {
	const place = await target(context, about.itemIndex);
	if (about.changes && place.readOnly) throw failure(context.getNode(), READ_ONLY, about.itemIndex);
	const deadline = new Deadline(about.file ? place.timeout * SLOWER : place.timeout);
	try {
		return await attempts(context, about, request, place, deadline);
	} finally {
		deadline.done();
	}
}

async function attempts(
	context: Context,
	{ operation, itemIndex, file, thing, keep }: About,
	request: Request,
	{ baseUrl, host, anyCertificate }: Target,
	deadline: Deadline,
): Promise<Response> {
	const there = pbx(context);
	const most = file ? LARGEST.file : LARGEST.answer;
	const options: IHttpRequestOptions = {
		method: request.method,
		url: baseUrl + request.path,
		headers: request.headers,
		// Whatever has no end must not fill the memory: it is counted as it comes.
		encoding: 'stream',
		returnFullResponse: true,
		skipSslCertificateValidation: anyCertificate,
		// Where a redirect points, neither token nor body must go: it is an error that names the place.
		disableFollowRedirect: true,
	};
	if (request.body !== null) options.body = request.body;
	for (let attempt = 1; ; attempt++) {
		let sent = false;
		const pass = async () => {
			sent = true;
			return await once(context, { ...options, timeout: deadline.left() }, most, deadline, keep);
		};
		try {
			const response = await through(there, deadline, pass);
			there.version = response.headers['x-3cx-version'] ?? there.version;
			return response;
		} catch (error) {
			const what = await describe(error as Failure, host, sent, deadline);
			if (what.answer?.status === 401) there.open = false;
			const reply = call<{ wait: number }>({
				do: 'failed',
				operation,
				version: there.version,
				attempt,
				jitter: Math.random(),
				sent: request.body,
				thing,
				left: deadline.left(),
				...what,
			});
			if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
			await sleep(reply.wait ?? 0);
		}
	}
}

async function once(
	context: Context,
	options: IHttpRequestOptions,
	most: number,
	deadline: Deadline,
	keep: About['keep'],
): Promise<Response> {
	const response = (await context.helpers.httpRequestWithAuthentication.call(
		context,
		CREDENTIAL,
		options,
	)) as IN8nHttpFullResponse;
	const status = response.statusCode;
	const headers = response.headers as Record<string, string>;
	// An error may come in the place of a file, in JSON.
	const part = keep && !isJson(headers) ? await opened(response.body, most, deadline) : undefined;
	if (part && keep) {
		const start = { status, headers, body: part.start };
		if (await keep(start, part)) return { ...start, isKept: true };
		part.close();
		return start;
	}
	return { status, headers, body: await bytes(response.body, most, deadline) };
}

/** Whether an answer says that it is JSON. */
export function isJson(headers: Record<string, string>): boolean {
	return headers['content-type']?.includes('json') ?? false;
}

/** Lets calls through one by one until one has succeeded, then all at once. One that hangs holds up nobody for long. */
async function through<T>(there: Pbx, deadline: Deadline, pass: () => Promise<T>): Promise<T> {
	if (there.open) return await deadline.holds(pass());
	const before = there.last;
	let leave = () => {};
	there.last = new Promise((resolve) => (leave = resolve));
	try {
		await deadline.holds(before);
		// Another call may have opened it meanwhile.
		if (there.open) leave();
		deadline.check();
		const result = await deadline.holds(pass());
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

/** How much of a refusal is read: it is shown, and nobody reads more. */
const REFUSAL = 64e3;

/** What happened, for the core: an answer, no token, or nothing came. */
async function describe(failed: Failure, host: string, sent: boolean, deadline: Deadline) {
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
			body: (await start(response.data, deadline)).toString(),
		};
		return token ? { host, token: received } : { host, answer: received };
	}
	// n8n's OAuth2 client throws the body of what came instead of a token.
	const refused = chain.find((error) => error.body !== undefined);
	if (refused) {
		const text = typeof refused.body === 'string' ? refused.body : JSON.stringify(refused.body);
		const body = text.slice(0, REFUSAL);
		return { host, token: { status: refused.status ?? 401, headers: {}, body } };
	}
	// Versions of n8n that do not hand on what they caught.
	if (Number(failed.httpCode) >= 400) {
		const answer = { status: Number(failed.httpCode), headers: {}, body: failed.description ?? '' };
		return { host, answer };
	}
	const find = (name: 'code' | 'syscall') => chain.find((error) => error[name])?.[name];
	const { message } = chain[chain.length - 1];
	// What never left waited for others before the gate.
	const syscall = sent ? find('syscall') : 'connect';
	const late = deadline.isOver() && find('code') !== TOO_LARGE;
	return { host, network: { code: late ? TIMED_OUT : find('code'), syscall, message, token } };
}

/** The start of a body that came with a refusal; nothing if it does not come. */
async function start(body: unknown, deadline: Deadline): Promise<Buffer> {
	try {
		return await deadline.holds(bytes(body, REFUSAL, deadline, true));
	} catch {
		return Buffer.alloc(0);
	}
}
