import {
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodeExecutionData,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { type Arguments, given } from '../ThreeCx/arguments';
import { callPaged } from '../ThreeCx/call';
import { call } from '../ThreeCx/core';
import { failure } from '../ThreeCx/failure';
import { records } from '../ThreeCx/generated/records.gen';
import { pbx } from '../ThreeCx/transport';

/** The call that tells what is new, as the core says. */
interface Watch {
	operation: string;
	parameters?: IDataObject;
	options: IDataObject;
	wanted: number | null;
}

/** What is new, what is known after it, and what the log should say. */
interface Watched {
	events: IDataObject[];
	state: IDataObject;
	notice: string | null;
}

export class ThreeCxTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: '3CX Trigger',
		name: 'threeCxTrigger',
		icon: { light: 'file:../../icons/threecx.svg', dark: 'file:../../icons/threecx.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{$parameter["event"]}}',
		description: 'Starts the workflow when something happens on a 3CX phone system',
		defaults: { name: '3CX Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'threeCxOAuth2Api', required: true }],
		properties: [
			{
				displayName: 'Event',
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
				const { version } = pbx(this);
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
		const watched = {
			event: this.getNodeParameter('event') as string,
			longest: Math.round((this.getNodeParameter('longest', 4) as number) * 3600),
			records: this.getNodeParameter('records', '') as string,
			filter: this.getNodeParameter('filter', '') as string,
			properties: this.getNodeParameter('properties', []) as string[],
		};
		const sample = this.getMode() === 'manual';
		const kept = this.getWorkflowStaticData('node');
		// What is known of one thing says nothing about another.
		const about = JSON.stringify(watched);
		const state = kept.about === about ? kept.state : undefined;
		const now = Math.floor(Date.now() / 1000);
		const watch = call<Watch>({ do: 'watch', ...watched, state, sample, now });
		if (watch.error) throw failure(this.getNode(), watch.error);
		const rows = await ask(this, watch as Watch);
		if (sample) return rows.length > 0 ? [rows.map((json) => ({ json }))] : null;
		const reply = call<Watched>({ do: 'watched', ...watched, state, rows });
		if (reply.error) throw failure(this.getNode(), reply.error);
		const { events, state: known, notice } = reply as Watched;
		if (notice) this.logger.warn(`${this.getNode().name}: ${notice}`);
		// n8n writes what was assigned, changed or not.
		if (JSON.stringify(known) !== JSON.stringify(state)) Object.assign(kept, { about, state: known });
		return events.length > 0 ? [events.map((json) => ({ json }))] : null;
	}
}

async function ask(context: IPollFunctions, watch: Watch): Promise<IDataObject[]> {
	const all = (values: IDataObject = {}) =>
		Object.fromEntries(Object.entries(values).map(([name, value]) => [name, given(value)]));
	const asked: Arguments = {
		parameters: all(watch.parameters),
		fields: {},
		options: all(watch.options),
	};
	const what = { operation: watch.operation, arguments: asked };
	const answer = await callPaged(context, what, { wanted: watch.wanted ?? undefined });
	return answer.kind === 'rows' ? (answer.rows as IDataObject[]) : [];
}
