import type { Provided, ProvidedField } from '@tributary/connector-kit';
import { customActivityId, customFieldId, type DisplayType } from '@tributary/model';

const field = (name: string, type: DisplayType = 'text') => ({ name, type, id: customFieldId(name, type) });

/** What Kommo knows of a person. The values of deals are whole numbers over there and ×1000 here, like all currency. */
export const personFields = {
  contactId: { ...field('Kommo contact id'), key: true as const },
  leadId: field('Kommo lead id'),
  stage: field('Kommo stage'),
  pipeline: field('Kommo pipeline'),
  dealValue: field('Kommo deal value', 'currency'),
};

/** What a change of stage tells. */
export const stageAttributes = {
  leadId: field('Lead id'),
  leadName: field('Lead name'),
  stage: field('Stage'),
  previousStage: field('Previous stage'),
  pipeline: field('Pipeline'),
  dealValue: field('Deal value', 'currency'),
  responsibleUserId: field('Responsible user id'),
};

/** What is told of a deal that was deleted, or has another main contact now. */
export const dealAttributes = {
  leadId: stageAttributes.leadId,
  leadName: stageAttributes.leadName,
  stage: stageAttributes.stage,
  pipeline: stageAttributes.pipeline,
  dealValue: stageAttributes.dealValue,
  responsibleUserId: stageAttributes.responsibleUserId,
};

/** What a task that is done tells. */
export const taskAttributes = {
  leadId: stageAttributes.leadId,
  taskId: field('Task id'),
  task: field('Task'),
  result: field('Task result'),
  responsibleUserId: stageAttributes.responsibleUserId,
};

const stageChanged = 'CRM stage changed';
export const STAGE_CHANGED = customActivityId(stageChanged);
const taskDone = 'CRM task done';
export const TASK_DONE = customActivityId(taskDone);
const dealDeleted = 'CRM deal deleted';
export const DEAL_DELETED = customActivityId(dealDeleted);
const dealPassedOn = 'CRM deal passed on';
export const DEAL_PASSED_ON = customActivityId(dealPassedOn);

const declared = ({ name, type, key }: ProvidedField): ProvidedField => ({ name, type, ...(key ? { key } : {}) });

export const provides: Provided = {
  fields: Object.values(personFields).map(declared),
  activities: [
    { name: stageChanged, attributes: Object.values(stageAttributes).map(declared) },
    { name: taskDone, attributes: Object.values(taskAttributes).map(declared) },
    { name: dealDeleted, attributes: Object.values(dealAttributes).map(declared) },
    { name: dealPassedOn, attributes: Object.values(dealAttributes).map(declared) },
  ],
};
