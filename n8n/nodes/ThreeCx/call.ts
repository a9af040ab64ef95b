/** One call of an operation, or as many as a list has pages. Rows stay here; the core sees how many. */
import type { IDataObject } from 'n8n-workflow';

import type { Arguments } from './arguments';
import { call } from './core';
import { failure } from './failure';
import { type Context, pbx, type Request, type Response, send } from './transport';

/** What came of a call. */
export type Answer =
	| { kind: 'rows'; rows: unknown[]; count?: number }
	| { kind: 'value'; value: unknown }
	| { kind: 'nothing'; done: IDataObject }
	| { kind: 'file'; name?: string; mediaType: string; body: Buffer };

interface Plan {
	ask: Request;
	request: Request;
	done: IDataObject;
	masked?: string;
	/** Whether a file is the answer. */
	file: boolean;
	paged?: boolean;
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
}

/** Calls an operation once. */
export async function callOnce(context: Context, what: Call): Promise<Answer> {
	const plan = await planned(context, what);
	const response = await send(context, what.operation, plan.request, what.itemIndex);
	return read(context, what, response, plan).answer;
}

/** Calls an operation that lists, page by page. */
export async function callPaged(context: Context, what: Call, amount: Amount): Promise<Answer> {
	const rows: unknown[] = [];
	const { wanted, skip = 0 } = amount;
	let count: number | undefined;
	let step = turn(context, { wanted, skip });
	while (step.next) {
		const { top, skip: skipped } = step.next;
		const plan = await planned(context, what, { top, skip: skipped });
		const request = step.next.request ?? plan.request;
		const response = await send(context, what.operation, request, what.itemIndex);
		const { answer, reading } = read(context, what, response, plan);
		if (answer.kind !== 'rows') return answer;
		for (const row of answer.rows) rows.push(row);
		count = answer.count ?? count;
		if (!plan.paged) {
			return { kind: 'rows', rows: rows.slice(skip, wanted && skip + wanted), count };
		}
		const arrived = { rows: answer.rows.length, count: answer.count, nextLink: reading.nextLink };
		step = turn(context, { state: step.state, arrived });
	}
	return { kind: 'rows', rows, count };
}

interface Step {
	next: { top?: number; skip?: number; request?: Request } | null;
	state: object;
}

function turn(context: Context, command: object): Step {
	const reply = call<Step>({ do: 'page', ...command });
	if (reply.error) throw failure(context.getNode(), reply.error);
	return reply as Step;
}

/** The plan of a call; where releases differ, the PBX is asked first which one it is. */
async function planned(context: Context, what: Call, page?: object): Promise<Plan> {
	const plan = (asked: boolean) => {
		const { operation, simplify = false } = what;
		const { version } = pbx(context);
		const command = { operation, version, asked, arguments: what.arguments, simplify, page };
		const reply = call<Plan>({ do: 'plan', ...command });
		if (reply.error) throw failure(context.getNode(), reply.error, what.itemIndex);
		return reply as Plan;
	};
	const first = plan(false);
	if (!first.ask) return first;
	await send(context, 'Defs.GetDefs', first.ask, what.itemIndex);
	return plan(true);
}

function read(
	context: Context,
	{ operation, itemIndex, rowsOnly: rows = false }: Call,
	{ status, headers, body }: Response,
	plan: Plan,
): { answer: Answer; reading: Reading } {
	// A file may turn out to be an error, which is JSON.
	const isFile = plan.file && !headers['content-type']?.includes('json');
	const parsed = parse(body, isFile);
	const { version } = pbx(context);
	const text = parsed.broken ?? outline(parsed.value);
	const sent = plan.request.body;
	const command = { do: 'read', operation, version, rows, sent, status, headers, body: text };
	const reply = call<Reading>(command);
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	const reading = reply as Reading;
	return { answer: answered(reading, parsed.value, body, plan), reading };
}

function answered(reading: Reading, parsed: unknown, body: Buffer, plan: Plan): Answer {
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
			return { kind: 'file', name: reading.name ?? undefined, mediaType: reading.mediaType, body };
		default:
			return { kind: 'nothing', done: said(plan) };
	}
}

/** What was done, to what, and with what; secrets are masked. */
function said({ done, masked, request }: Plan): IDataObject {
	const sent = masked ?? request.body;
	return sent === null ? done : { ...done, sent: JSON.parse(sent) as IDataObject };
}

/** The body, if it is JSON; of anything else the start, which tells what it is. A file stays what it is. */
function parse(body: Buffer, isFile: boolean): { value?: unknown; broken?: string } {
	if (body.length === 0) return {};
	const start = () => ({ broken: body.toString('utf8', 0, 1000) });
	if (isFile) return start();
	try {
		return { value: JSON.parse(body.toString()) };
	} catch {
		return start();
	}
}

/** An answer with the rows and all but its own members left out, or an error: `{"@odata.count":5,"value":[]}`. */
function outline(value: unknown): string {
	if (value === undefined) return '';
	if (value === null) return 'null';
	if (typeof value !== 'object' || Array.isArray(value)) return '[]';
	const members = Object.entries(value).map(([name, member]) => {
		if (name === 'value' && member !== null) return [name, Array.isArray(member) ? [] : {}];
		return [name, name.startsWith('@') || name === 'error' ? member : null];
	});
	return JSON.stringify(Object.fromEntries(members));
}
