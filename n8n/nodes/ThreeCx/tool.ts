/** As a tool of an AI agent: what a model gets to read has no secrets, and is not longer than it can take. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { call } from './core';
import { failure } from './failure';

/** The maximum number of characters that a model gets. */
const LARGEST = 20_000;

/** What is left for the words about what was left out. */
const ROOM = LARGEST - 500;

/** Whether an agent runs the node. n8n gives nodes that can be tools a second type. */
export function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool');
}

/** Results as a model may read them; where some do not fit, the last says how to get at them. */
export function forModel(
	context: IExecuteFunctions,
	operation: string,
	items: INodeExecutionData[],
): INodeExecutionData[] {
	const reply = call<{ json: IDataObject[] }>({
		do: 'mask',
		operation,
		json: items.map(({ json }) => json),
	});
	if (reply.error) throw failure(context.getNode(), reply.error);
	const masked = items.map((item, index) => ({ ...item, json: reply.json?.[index] ?? {} }));
	let size = 0;
	const kept = masked.filter(({ json }) => (size += JSON.stringify(json).length + 1) <= ROOM);
	if (kept.length === masked.length) return masked;
	const { pairedItem } = masked[0];
	if (kept.length > 0) return [...kept, { json: rest(kept.length, masked.length), pairedItem }];
	const whole = JSON.stringify(masked[0].json);
	return [{ json: { start: whole.slice(0, ROOM / 2), ...start(whole.length) }, pairedItem }];
}

function rest(kept: number, all: number): IDataObject {
	return {
		notice: `These are the first ${kept} of ${all} results; the others are too long to be shown. Ask for fewer: by a search, a filter, or a smaller limit with a larger skip.`,
	};
}

function start(length: number): IDataObject {
	return {
		notice: `This is the start of a result of ${length} characters. Ask for less of it: choose the properties that matter.`,
	};
}
