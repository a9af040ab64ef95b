import {
	type IDataObject,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { type Arguments, given } from '../ThreeCx/arguments';
import { callPaged } from '../ThreeCx/call';
import { call } from '../ThreeCx/core';
import { failure } from '../ThreeCx/failure';

/** The call that tells what is new, as the core says. */
interface Watch {
	operation: string;
	parameters?: IDataObject;
	options: IDataObject;
	wanted: number | null;
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
		],
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const event = this.getNodeParameter('event') as string;
		const longest = Math.round((this.getNodeParameter('longest', 4) as number) * 3600);
		const sample = this.getMode() === 'manual';
		const kept = this.getWorkflowStaticData('node');
		// What is known of one event says nothing about another.
		const state = kept.event === event && kept.longest === longest ? kept.state : undefined;
		const now = Math.floor(Date.now() / 1000);
		const reply = call<Watch>({ do: 'watch', event, state, sample, now, longest });
		if (reply.error) throw failure(this.getNode(), reply.error);
		const rows = await ask(this, reply as Watch);
		if (sample) return rows.length > 0 ? [rows.map((json) => ({ json }))] : null;
		const watched = call<{ events: IDataObject[]; state: IDataObject }>({
			do: 'watched',
			event,
			state,
			rows,
			longest,
		});
		if (watched.error) throw failure(this.getNode(), watched.error);
		Object.assign(kept, { event, longest, state: watched.state });
		const events = watched.events ?? [];
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
