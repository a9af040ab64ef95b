/** One call of an operation, or as many as a list has pages. Rows stay here; the core sees how many. */
import type { IBinaryData, IDataObject } from 'n8n-workflow';

import type { Arguments } from './arguments';
import { DEEPEST, isTooDeep, type Part, type Stream } from './body';
import { call } from './core';
import { failure } from './failure';
import { type Context, isJson, pbx, type Request, type Response, send } from './transport';
import { instantsIn } from './zone';

/** What came of a call. */
export type Answer =
	| { kind: 'rows'; rows: unknown[]; count?: number }
	| { kind: 'value'; value: unknown }
	| { kind: 'nothing'; done: IDataObject }
	| { kind: 'file'; name?: string; mediaType: string; size: number; body: Buffer | IBinaryData };

interface Plan {
	ask?: Request;
	/** Nothing has to be sent without it: `done` says why. */
	request?: Request;
	done: IDataObject;
	/** The body and the path as they may be shown, where they hold secrets. */
	masked?: string;
	maskedPath?: string;
	/** The one thing that it is about, for errors. */
	thing?: string;
	/** Whether it changes nothing. */
	reads: boolean;
	/** Whether a file is the answer. */
	file: boolean;
	paged?: boolean;
	/** What tells the rows of a page apart; hidden if it was not asked for. */
	key?: { name: string; hidden: boolean };
}

interface Reading {
	kind: Answer['kind'];
	in: 'body' | 'value';
	rows: number;
	count: number | null;
	nextLink: string | null;
	name: string | null;
	mediaType: string;
}

/** How much of a list is wanted. */
export interface Amount {
	/** How many rows; all if absent. */
	wanted?: number;
	skip?: number;
}

export interface Call {
	operation: string;
	arguments: Arguments;
	simplify?: boolean;
	itemIndex?: number;
	/** Whether anything but rows is an error, also where the PBX calls it a success. */
	rowsOnly?: boolean;
	/** Whether to give the request instead of sending it. */
	dryRun?: boolean;
	/** Puts a file where n8n keeps files, as it comes. */
	store?: (file: Stream, mediaType: string, name?: string) => Promise<IBinaryData>;
}

/** Calls an operation once. */
export async function callOnce(context: Context, what: Call): Promise<Answer> {
	const plan = await planned(context, what);
	if (!isRequest(plan)) return { kind: 'nothing', done: plan.done };
	if (what.dryRun) return { kind: 'value', value: shown(plan) };
	let kept: Answer | undefined;
	const keep = async (start: Response, part: Part) => {
		const { reply } = understood(context, what, start, plan);
		if (reply.error || reply.kind !== 'file' || !what.store) return false;
		const [mediaType, name] = [reply.mediaType ?? '', reply.name ?? undefined];
		const body = await what.store(part.all(), mediaType, name);
		kept = { kind: 'file', mediaType, name, size: part.size(), body };
		return true;
	};
	const about = { ...aboutIt(what, plan), keep: what.store && plan.file ? keep : undefined };
	const response = await send(context, about, plan.request);
	return response.isKept && kept ? kept : read(context, what, response, plan).answer;
}

/** What the transport has to know of a call. */
function aboutIt({ operation, itemIndex }: Call, { file, reads, thing }: Plan) {
	return { operation, itemIndex, file, thing, changes: !reads };
}

function isRequest(plan: Plan): plan is Sendable {
	return plan.request !== undefined;
}

type Sendable = Plan & { request: Request };

/** A request as it may be shown. */
function shown({ request, masked, maskedPath }: Sendable): IDataObject {
	const { method, path } = request;
	const body = masked ?? request.body;
	return {
		dryRun: true,
		method,
		path: maskedPath ?? path,
		...(body === null ? {} : { body: JSON.parse(body) as IDataObject }),
	};
}

/** Calls an operation that lists, page by page. */
export async function callPaged(context: Context, what: Call, amount: Amount): Promise<Answer> {
	const rows: unknown[] = [];
	const seen = new Seen();
	const { wanted, skip = 0 } = amount;
	let count: number | undefined;
	let step = turn(context, { wanted, skip }, what.itemIndex);
	while (step.next) {
		const { top, skip: skipped } = step.next;
		const plan = await planned(context, what, { top, skip: skipped });
		if (!isRequest(plan)) return { kind: 'nothing', done: plan.done };
		if (what.dryRun) return { kind: 'value', value: shown(plan) };
		const request = step.next.request ?? plan.request;
		const response = await send(context, aboutIt(what, plan), request);
		const { answer, reading } = read(context, what, response, plan);
		if (answer.kind !== 'rows') return answer;
		count = answer.count ?? count;
		if (!plan.paged) {
			const end = wanted === undefined ? undefined : skip + wanted;
			return { kind: 'rows', rows: answer.rows.slice(skip, end), count };
		}
		const { fresh, news } = seen.note(answer.rows, plan.key, what, response.body);
		for (const row of fresh) rows.push(row);
		const arrived = {
			rows: answer.rows.length,
			fresh: news,
			count: answer.count,
			nextLink: reading.nextLink,
		};
		step = turn(context, { state: step.state, arrived }, what.itemIndex);
	}
	return { kind: 'rows', rows, count };
}

/** The rows that came, by key: what is added or removed meanwhile moves a row to another page. */
class Seen {
	private readonly keys = new Set<unknown>();

	private before?: Buffer;

	/** The rows that did not come before, and how many they are, as far as that is known. */
	note(rows: unknown[], key: Plan['key'], what: Call, body: Buffer) {
		if (!key) {
			// Selected properties may be the same in all rows, and so may two pages be.
			const isSame = !what.arguments.options.select && this.before?.equals(body) === true;
			this.before = body;
			return { fresh: rows, news: isSame ? 0 : undefined };
		}
		const fresh = rows.filter((row) => this.isNew((row as IDataObject)[key.name]));
		if (key.hidden) for (const row of fresh) delete (row as IDataObject)[key.name];
		return { fresh, news: fresh.length };
	}

	private isNew(key: unknown): boolean {
		// A row without a key is like no other.
		if (key === undefined || key === null) return true;
		const size = this.keys.size;
		return this.keys.add(key).size > size;
	}
}

interface Step {
	next: { top?: number; skip?: number; request?: Request } | null;
	state: object;
}

function turn(context: Context, command: object, itemIndex?: number): Step {
	const reply = call<Step>({ do: 'page', ...command });
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	return reply as Step;
}

/** The plan of a call; where releases differ, the PBX is asked first which one it is. */
async function planned(context: Context, what: Call, page?: object): Promise<Plan> {
	const instants = instantsIn(what.arguments, context.getTimezone());
	const plan = (asked: boolean) => {
		const { operation, simplify = false } = what;
		const { version } = pbx(context);
		const given = { arguments: what.arguments, instants };
		const command = { operation, version, asked, ...given, simplify, page };
		const reply = call<Plan>({ do: 'plan', ...command });
		if (reply.error) throw failure(context.getNode(), reply.error, what.itemIndex);
		return reply as Plan;
	};
	const first = plan(false);
	if (!first.ask) return first;
	await send(context, { operation: 'Defs.GetDefs', itemIndex: what.itemIndex }, first.ask);
	return plan(true);
}

/** What the core says of an answer, or of the start of one that is a file. */
function understood(
	context: Context,
	{ operation, rowsOnly: rows = false }: Call,
	{ status, headers, body }: Response,
	plan: Sendable,
) {
	// A file may turn out to be an error, which is JSON.
	const parsed = parse(body, plan.file && !isJson(headers));
	const { version } = pbx(context);
	const { wrong } = parsed;
	const text = parsed.broken ?? (wrong ? '' : outline(parsed.value));
	const received = { status, headers, body: text, size: body.length, wrong };
	const sent = plan.request.body;
	const command = { do: 'read', operation, version, rows, sent, ...received };
	return { reply: call<Reading>(command), parsed };
}

function read(
	context: Context,
	what: Call,
	response: Response,
	plan: Sendable,
): { answer: Answer; reading: Reading } {
	const { reply, parsed } = understood(context, what, response, plan);
	if (reply.error) throw failure(context.getNode(), reply.error, what.itemIndex);
	const reading = reply as Reading;
	return { answer: answered(reading, parsed.value, response.body, plan), reading };
}

function answered(reading: Reading, parsed: unknown, body: Buffer, plan: Sendable): Answer {
	const member = (parsed as IDataObject | undefined)?.value;
	switch (reading.kind) {
		case 'rows': {
			const rows = member as unknown[];
			// An order that lists what it could not do, and could do all of it, has been carried out.
			const isOrder = plan.request.method !== 'GET';
			if (isOrder && rows.length === 0) return { kind: 'nothing', done: said(plan) };
			return { kind: 'rows', rows, count: reading.count ?? undefined };
		}
		case 'value':
			return { kind: 'value', value: reading.in === 'value' ? member : parsed };
		case 'file':
			return {
				kind: 'file',
				name: reading.name ?? undefined,
				mediaType: reading.mediaType,
				size: body.length,
				body,
			};
		default:
			return { kind: 'nothing', done: said(plan) };
	}
}

/** What was done, to what, and with what; secrets are masked. */
function said({ done, masked, request }: Sendable): IDataObject {
	const sent = masked ?? request.body;
	return sent === null ? done : { ...done, sent: JSON.parse(sent) as IDataObject };
}

interface Parsed {
	value?: unknown;
	/** The start of what is not JSON, or not only. */
	broken?: string;
	/** What is wrong with JSON that is not looked at. */
	wrong?: string;
}

/** The body, if it is JSON; of anything else the start, which tells what it is. A file stays what it is. */
function parse(body: Buffer, isFile: boolean): Parsed {
	if (body.length === 0) return {};
	const start = () => ({ broken: body.toString('utf8', 0, 1000) });
	if (isFile) return start();
	if (isTooDeep(body)) return { wrong: `it is nested more than ${DEEPEST} levels deep` };
	try {
		// JSON must not begin with one, but some servers put it there.
		return { value: JSON.parse(body.toString().replace(/^\uFEFF/, '')) };
	} catch {
		return start();
	}
}

/**
 * An answer with the rows and all but its own members left out, or an error: `{"@odata.count":5,"value":[]}`. Of
 * everything else, what kind of value it is.
 */
function outline(value: unknown): string {
	if (value === undefined) return '';
	if (typeof value !== 'object' || value === null) return JSON.stringify(kindOf(value));
	if (Array.isArray(value)) return JSON.stringify(sample(value));
	const members = Object.entries(value).map(([name, member]) => {
		if (name.startsWith('@') || name === 'error') return [name, excerpt(member)];
		return [name, Array.isArray(member) ? sample(member) : kindOf(member)];
	});
	return JSON.stringify(Object.fromEntries(members));
}

/** A list of the first that is not a record; of records, one stands for all. */
function sample(list: unknown[]): unknown[] {
	const isRecord = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
	const odd = list.findIndex((row) => !isRecord(row));
	return list.slice(Math.max(odd, 0), Math.max(odd, 0) + 1).map(kindOf);
}

/** A value of the same kind. */
function kindOf(value: unknown): unknown {
	switch (typeof value) {
		case 'string':
			return '';
		case 'number':
			return 0;
		case 'object':
			return value === null ? null : Array.isArray(value) ? [] : {};
		default:
			return value;
	}
}

/** As much as is read of what a PBX says of an answer: where the next page is, and what is wrong. */
function excerpt(value: unknown): unknown {
	const MOST = 10_000;
	if (typeof value === 'string') return value.slice(0, MOST);
	if (typeof value !== 'object' || value === null) return value;
	if (JSON.stringify(value).length <= MOST) return value;
	const { message } = value as { message?: unknown };
	return { message: typeof message === 'string' ? message.slice(0, MOST) : '' };
}
