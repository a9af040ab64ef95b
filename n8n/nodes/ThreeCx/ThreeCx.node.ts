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
	const given = await readArguments(context, itemIndex, found);
	const simplify = context.getNodeParameter('simplify', itemIndex, false) as boolean;
	const what = { operation, arguments: given, simplify, itemIndex };
	const { count, top, skip } = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	let answer;
	if (found.paged) {
		const all = context.getNodeParameter('returnAll', itemIndex, false) as boolean;
		const limit = all ? undefined : (context.getNodeParameter('limit', itemIndex, 50) as number);
		const wanted = (top as number | undefined) ?? limit;
		answer = await callPaged(context, what, { wanted, skip: skip as number | undefined });
	} else {
		answer = await callOnce(context, what);
	}
	return await toItems(context, itemIndex, operation, answer, count === true);
}
