import {
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodeExecutionData,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
	type NodeApiError,
} from 'n8n-workflow';

import type { Arguments } from '../ThreeCx/arguments';
import { callOnce, callPaged } from '../ThreeCx/call';
import { call } from '../ThreeCx/core';
import { failure } from '../ThreeCx/failure';
import { records } from '../ThreeCx/generated/records.gen';
import { given } from '../ThreeCx/given';
import { versionOf } from '../ThreeCx/version';

/** The call that tells what is new, as the core says. */
interface Watch {
	operation: string;
	parameters?: IDataObject;
	options: IDataObject;
	wanted: number | null;
}

/** What is new, what is known after it, and what the log should say. */
interface News {
	events: IDataObject[];
	state: IDataObject;
	notice: string | null;
	/** The call that counts: without it, nothing is said. */
	look?: { operation: string; options: IDataObject };
}

export class ThreeCxTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: '3CX Trigger',
		name: 'threeCxTrigger',
		icon: { light: 'file:../../icons/threecx.svg', dark: 'file:../../icons/threecx.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["event"].replace(/[A-Z]/g, " $&").replace(/^./, (first) => first.toUpperCase()) }}',
		description: 'Starts the workflow when something happens on a 3CX phone system',
		defaults: { name: '3CX Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'threeCxOAuth2Api', required: true }],
		properties: [
			{
				displayName: 'Trigger On',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Active Call',
						value: 'activeCall',
						description:
							'A call starts, changes its state or ends. What comes and goes between two polls is not seen.',
					},
					{
						name: 'Call Finished',
						value: 'callFinished',
						description:
							'A call is over: its rows of the call log. The role System Owner is needed.',
					},
					{
						name: 'Call History Segment',
						value: 'callHistory',
						description:
							'A segment of a call is over: a row of the call history, which PBXs fill until 20.0.5. The role System Owner is needed.',
					},
					{
						name: 'Event Logged',
						value: 'eventLog',
						description: 'Something was written into the event log, such as a trunk that fails',
					},
					{
						name: 'Record Added, Changed or Removed',
						value: 'record',
						description:
							'A user, contact, queue or another record is added, changed or removed. Up to 10,000 records are compared with how they were at the last poll.',
					},
					{
						name: 'Recording Completed',
						value: 'recording',
						description: 'A recording is complete. The role System Owner is needed.',
					},
				],
				default: 'callFinished',
			},
			{
				displayName: 'Longest Call (Hours)',
				name: 'longest',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 48 },
				default: 4,
				description:
					'How long a call may last. Each poll reads the calls of this period again: a call is logged when it ends, under the time at which it began.',
				displayOptions: { show: { event: ['callFinished'] } },
			},
			{
				displayName: 'Resource',
				name: 'records',
				type: 'options',
				noDataExpression: true,
				options: records,
				default: 'Users.ListUser',
				description: 'Which records to watch',
				displayOptions: { show: { event: ['record'] } },
			},
			{
				displayName: 'Property Names or IDs',
				name: 'properties',
				type: 'multiOptions',
				typeOptions: { loadOptionsMethod: 'getProperties', loadOptionsDependsOn: ['records'] },
				default: [],
				description:
					'The properties that count and are handed on; all if none is chosen. Leave out what changes by itself, such as whether a phone is registered. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
				displayOptions: { show: { event: ['record'] } },
			},
			{
				displayName: 'Filter',
				name: 'filter',
				type: 'string',
				default: '',
				placeholder: 'e.g. PrimaryGroupId eq 28',
				description:
					'Only records that fit this $filter of OData. One that no longer fits counts as removed.',
				displayOptions: { show: { event: ['record'] } },
			},
		],
	};

	methods = {
		loadOptions: {
			async getProperties(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const operation = this.getCurrentNodeParameter('records');
				const version = await versionOf(this);
				const reply = call<{ select: INodePropertyOptions[] }>({
					do: 'properties',
					operation,
					version,
				});
				if (reply.error) throw failure(this.getNode(), reply.error);
				return reply.select ?? [];
			},
		},
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		if (this.getMode() === 'manual') return await sample(this);
		const id = `${this.getWorkflow().id}/${this.getNode().id}`;
		if (underWay.has(id)) return null;
		underWay.add(id);
		const isFirst = !begun.has(this);
		begun.add(this);
		try {
			return await news(this);
		} catch (error) {
			const { message, context } = error as NodeApiError;
			const passes = PASSING.includes(String(context?.code));
			const byItself = ['init', 'leadershipChange'].includes(this.getActivationMode());
			if (!isFirst || !byItself || !passes) throw error as NodeApiError;
			this.logger.warn(`${this.getNode().name}: ${message}. The next poll tries again.`);
			return null;
		} finally {
			underWay.delete(id);
		}
	}
}

/**
 * What has polled. Where n8n activates a workflow by itself, the first poll must not fail because the PBX is not there
 * yet, such as after a power failure: n8n would give up the trigger, and not poll again when the PBX is back.
 */
const begun = new WeakSet<IPollFunctions>();

/** Errors that pass by themselves, as a PBX starts. */
const PASSING = ['connection', 'no-answer', 'not-a-3cx', 'rate-limited', 'server'];

/** Polls that are under way. One that takes longer than the interval is not overtaken: both would tell the same. */
const underWay = new Set<string>();

/** What to watch, as it was filled in. */
function watched(context: IPollFunctions) {
	const event = context.getNodeParameter('event') as string;
	const reply = call<{ longest: number; filter: string; properties: string[] }>({
		do: 'watching',
		event,
		longest: given(context.getNodeParameter('longest', 4)),
		filter: given(context.getNodeParameter('filter', '')),
		properties: given(context.getNodeParameter('properties', [])),
	});
	if (reply.error) throw failure(context.getNode(), reply.error);
	const { longest, filter, properties } = reply;
	const records = context.getNodeParameter('records', '') as string;
	// What is kept names these, in this order.
	return { event, longest, records, filter, properties };
}

/** The newest that there is, for a trial; it leaves no trace. */
async function sample(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const what = { ...watched(context), sample: true };
	const rows = await ask(context, what);
	const reply = call<News>({ do: 'watched', ...what, rows });
	if (reply.error) throw failure(context.getNode(), reply.error);
	return output(reply.events ?? []);
}

/** What is new since the last poll. */
async function news(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const what = watched(context);
	const kept = context.getWorkflowStaticData('node');
	// What is known of one thing says nothing about another.
	const about = JSON.stringify(what);
	const state = kept.about === about ? kept.state : undefined;
	const rows = await ask(context, { ...what, state });
	const found = (looked?: object) => {
		const reply = call<News>({ do: 'watched', ...what, state, rows, looked });
		if (reply.error) throw failure(context.getNode(), reply.error);
		return reply as News;
	};
	const first = found();
	const {
		events,
		state: known,
		notice,
	} = first.look ? found({ count: await count(context, first.look) }) : first;
	if (notice) context.logger.warn(`${context.getNode().name}: ${notice}`);
	// n8n writes what was assigned, changed or not.
	if (JSON.stringify(known) !== JSON.stringify(state)) Object.assign(kept, { about, state: known });
	return output(events);
}

function output(rows: IDataObject[]): INodeExecutionData[][] | null {
	return rows.length > 0 ? [rows.map((json) => ({ json }))] : null;
}

/** Asks the PBX what the core wants to know. */
async function ask(context: IPollFunctions, what: object): Promise<IDataObject[]> {
	const now = Math.floor(Date.now() / 1000);
	const reply = call<Watch>({ do: 'watch', ...what, now });
	if (reply.error) throw failure(context.getNode(), reply.error);
	const { operation, parameters, options, wanted } = reply as Watch;
	const asked: Arguments = { parameters: all(parameters), fields: {}, options: all(options) };
	const amount = { wanted: wanted ?? undefined };
	// Whatever is not there would be told as removed: a poll that brings no rows fails, and what is
	// known stays.
	const list = { operation, arguments: asked, rowsOnly: true };
	const answer = await callPaged(context, list, amount);
	return answer.kind === 'rows' ? (answer.rows as IDataObject[]) : [];
}

/** A second look at a list that lacks what was there: how many rows it has, if it says so. */
async function count(context: IPollFunctions, look: NonNullable<News['look']>) {
	const asked: Arguments = { parameters: {}, fields: {}, options: all(look.options) };
	const list = { operation: look.operation, arguments: asked, rowsOnly: true };
	const answer = await callOnce(context, list);
	return answer.kind === 'rows' ? answer.count : undefined;
}

function all(values: IDataObject = {}) {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, given(value)]));
}
