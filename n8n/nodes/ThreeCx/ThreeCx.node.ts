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
import { toItems } from './items';

export class ThreeCx implements INodeType {
	description: INodeTypeDescription = {
		displayName: '3CX',
		name: 'threeCx',
		icon: { light: 'file:../../icons/threecx.svg', dark: 'file:../../icons/threecx.dark.svg' },
		group: ['transform'],
		version: 1,
		// `Users.ReprovisionAllPhones` reads `Users: Reprovision All Phones`, `Users.ListUser` `Users: List`.
		subtitle:
			'={{ $parameter["operation"].replace(/^(\\w+?)(s?)\\.(List|Get|Create|Update|Delete)\\1$/, "$1$2.$3").replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$2 ").replace(/\\b(Cdr|Crm|Did|Fxs|Mcp|Pbx|Sip|Sla)\\b/g, (word) => word.toUpperCase()).replace(".", ": ") }}',
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
		],
	};

	methods = { listSearch, loadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const results: INodeExecutionData[] = [];
		for (let itemIndex = 0; itemIndex < items.length; itemIndex++) {
			try {
				for (const item of await executeItem(this, itemIndex)) results.push(item);
			} catch (error) {
				if (!this.continueOnFail()) throw error as NodeApiError;
				const { message, description } = error as NodeApiError;
				results.push({
					json: { error: message, next: description ?? undefined },
					error: error as NodeApiError,
					pairedItem: { item: itemIndex },
				});
			}
		}
		return [results];
	}
}

async function executeItem(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const operation = context.getNodeParameter('operation', itemIndex) as string;
	const reply = call<Inputs>({ do: 'inputs', operation });
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	const found = reply as Inputs;
	const { wanted, skip, counted, simplify } = readAmount(context, itemIndex);
	const what = {
		operation,
		arguments: await readArguments(context, itemIndex, found),
		simplify,
		itemIndex,
	};
	const answer = found.paged
		? await callPaged(context, what, { wanted: wanted ?? undefined, skip })
		: await callOnce(context, what);
	return await toItems(context, itemIndex, operation, answer, counted);
}

/** How much of an answer is wanted, as the core understands what was filled in. */
function readAmount(context: IExecuteFunctions, itemIndex: number) {
	const parameter = (name: string) => given(context.getNodeParameter(name, itemIndex, null));
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject | null;
	const option = (name: string) => given(options?.[name]);
	const reply = call<{ wanted: number | null; skip: number; counted: boolean; simplify: boolean }>({
		do: 'amount',
		returnAll: parameter('returnAll'),
		limit: parameter('limit'),
		simplify: parameter('simplify'),
		top: option('top'),
		skip: option('skip'),
		count: option('count'),
	});
	if (reply.error) throw failure(context.getNode(), reply.error, itemIndex);
	return reply as Required<typeof reply>;
}
