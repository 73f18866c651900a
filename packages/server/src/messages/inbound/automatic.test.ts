import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mailOf } from '../../../test/support/mails.ts';
import { automaticReason } from './automatic.ts';
import { headOf } from './head.ts';

const OWN = new Set(['acme.example']);
const reasonOf = (head: Record<string, string>) =>
  automaticReason(headOf(mailOf({ From: 'Anna <anna@example.com>', ...head })), OWN);

describe('who wrote a mail', () => {
  const programs: Record<string, Record<string, string>> = {
    'RFC 3834': { 'Auto-Submitted': 'auto-replied' },
    'RFC 3834, with parameters': { 'AUTO-SUBMITTED': 'Auto-Generated; owner-email="a@example.com"' },
    'Gmail’s vacation': { Precedence: 'bulk', 'X-Autoreply': 'yes' },
    'an old vacation program': { Precedence: 'auto_reply' },
    'junk, as vacation programs say': { Precedence: 'junk' },
    'an autoresponder': { 'X-Autorespond': 'Out of office' },
    Exchange: { 'X-Auto-Response-Suppress': 'All' },
    'a mailing list': { 'List-Id': 'Announcements <announce.lists.example.org>' },
    'a list that ends like ours': { 'List-Id': '<sales.notacme.example>' },
    'an empty sender': { 'Return-Path': '<>' },
    'a receipt': { 'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=x' },
    'a mail server': { From: 'MAILER-DAEMON@mx.example (Mail Delivery System)' },
    'a folded header': { 'Auto-Submitted': '\n auto-replied' },
  };
  for (const [who, head] of Object.entries(programs)) {
    test(`${who}: a program`, () => assert.equal(typeof reasonOf(head), 'string'));
  }

  const persons: Record<string, Record<string, string>> = {
    'nothing in particular': { Subject: 'Re: Auto-Submitted: auto-replied' },
    'one who says so': { 'Auto-Submitted': 'no' },
    'one whose program suppresses nothing': { 'X-Auto-Response-Suppress': 'None' },
    'one in a discussion group': { Precedence: 'list' },
    'one who wrote to our team’s group': { 'List-Id': 'Sales <sales.acme.example>', Precedence: 'list' },
    'one whose mail went through the group’s address': { 'List-Id': '<sales@acme.example>' },
    'one with a sender': { 'Return-Path': '<anna@example.com>' },
    'one without a sender’s address': { From: '' },
  };
  for (const [who, head] of Object.entries(persons)) {
    test(`${who}: a person`, () => assert.equal(reasonOf(head), undefined));
  }
});
