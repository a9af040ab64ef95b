import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
	type NodeApiError,
} from 'n8n-workflow';

import { type Inputs, readArguments } from './arguments';
import { callOnce, callPaged } from './call';
import { listSearch, loadOptions, resourceMapping } from './choices';
import { call } from './core';
import { failure } from './failure';
import { given } from './given';
import { inputs } from './generated/inputs.gen';
import { operations } from './generated/operations.gen';
import { options } from './generated/options.gen';
import { resources } from './generated/resources.gen';
import { storing, toItems } from './items';
import { forModel, isTool } from './tool';
import { inTurn } from './turns';

export class ThreeCx implements INodeType {
	description: INodeTypeDescription = {
		displayName: '3CX',
		name: 'threeCx',
		icon: { light: 'file:../../icons/threecx.svg', dark: 'file:../../icons/threecx.dark.svg' },
		group: ['transform'],
		version: 1,
		// `Users.ReprovisionAllPhones` reads `Users: Reprovision All Phones`, `Users.ListUser` `Users: Get Many`.
		subtitle:
			'={{ $parameter["operation"].replace(/^(\\w+?)(s?)\\.(List|Get|Create|Update|Delete)\\1$/, "$1$2.$3").replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$2 ").replace(/\\b(Cdr|Crm|Did|Fxs|Mcp|Pbx|Sip|Sla)\\b/g, (word) => word.toUpperCase()).replace(".", ": ").replace(/: List$/, ": Get Many") }}',
		description:
			'Manage a 3CX phone system: users, queues, trunks, phones, calls, reports and more',
		defaults: { name: '3CX' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'threeCxOAuth2Api', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: resources,
				default: 'Users',
			},
			...operations,
			...inputs,
			...options,
			{
				displayName: 'Execution',
				name: 'execution',
				type: 'collection',
				placeholder: 'Add Setting',
				default: {},
				options: [
					{
						displayName: 'Concurrency',
						name: 'concurrency',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 10 },
						default: 1,
						description:
							'How many items to work through at a time. What must not be sent twice, such as Create, always goes one by one.',
					},
					{
						displayName: 'Dry Run',
						name: 'dryRun',
						type: 'boolean',
						default: false,
						description:
							'Whether to return the request instead of sending it. Passwords and the like in it are masked.',
					},
				],
			},
		],
	};

	methods = { listSearch, loadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const count = this.getInputData().length;
		const stop = this.getExecutionCancelSignal();
		const most = count > 1 ? concurrency(this) : 1;
		const results = await inTurn(count, most, stop, async (index) => {
			try {
				return await executeItem(this, index);
			} catch (error) {
				// A model can try again with other values, if it gets to know what was wrong with these.
				const goesOn = this.continueOnFail() || (isTool(this) && !isToStop(this));
				if (!goesOn) throw error as NodeApiError;
				return [failed(error as NodeApiError, index)];
			}
		});
		const items = results.flat();
		if (!isTool(this) || items.length === 0) return [items];
		return [forModel(this, this.getNodeParameter('operation', 0) as string, items)];
	}
}

/** Whether somebody chose that an error stops the workflow. */
function isToStop(context: IExecuteFunctions): boolean {
	return context.getNode().onError === 'stopWorkflow';
}

/** How many items are worked through at a time. */
function concurrency(context: IExecuteFunctions): number {
	const operation = context.getNodeParameter('operation', 0) as string;
	const { concurrency: written } = execution(context, 0);
	const command = { do: 'concurrency', operation, concurrency: given(written) };
	const reply = call<{ concurrency: number }>(command);
	if (reply.error) throw failure(context.getNode(), reply.error);
	return reply.concurrency ?? 1;
}

function execution(context: IExecuteFunctions, itemIndex: number): IDataObject {
	return (context.getNodeParameter('execution', itemIndex, {}) as IDataObject | null) ?? {};
}

/**
 * What failed, as an item: n8n adds the fields of the input item on the error output. It does so only if there is
 * nothing but these two, and takes anything else for a success.
 */
function failed({ message, description }: NodeApiError, item: number): INodeExecutionData {
	const json = description ? { error: message, message: description } : { error: message };
	return { json, pairedItem: { item } };
}

async function executeItem(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const operation = context.getNodeParameter('operation', itemIndex) as string;
	const reply = call<Inputs>({ do: 'inputs', operation });
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	const found = reply as Inputs;
	const { wanted, skip, counted, simplify, dryRun } = readAmount(context, itemIndex);
	const what = {
		operation,
		arguments: await readArguments(context, itemIndex, found),
		simplify,
		dryRun,
		itemIndex,
		store: storing(context, operation),
	};
	const answer = found.paged
		? await callPaged(context, what, { wanted: wanted ?? undefined, skip })
		: await callOnce(context, what);
	return await toItems(context, itemIndex, operation, answer, counted);
}

/** What was filled in besides the arguments, as the core understands it. */
interface Amount {
	wanted: number | null;
	skip: number;
	counted: boolean;
	simplify: boolean;
	dryRun: boolean;
}

/** How much of an answer is wanted, and whether at all. */
function readAmount(context: IExecuteFunctions, itemIndex: number): Amount {
	const parameter = (name: string) => given(context.getNodeParameter(name, itemIndex, null));
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject | null;
	const option = (name: string) => given(options?.[name]);
	const reply = call<Amount>({
		do: 'amount',
		returnAll: parameter('returnAll'),
		limit: parameter('limit'),
		simplify: parameter('simplify'),
		dryRun: given(execution(context, itemIndex).dryRun),
		top: option('top'),
		skip: option('skip'),
		count: option('count'),
	});
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	return reply as Amount;
}
