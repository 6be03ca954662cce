// SPDX-License-Identifier: MIT
// One question per line on stdin: {"secret", "headers", "body" in base64}; one answer per line on
// stdout: {"error"}, empty where the request verifies.
"use strict";
const readline = require("node:readline");
const { Webhook } = require("standardwebhooks");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const question = JSON.parse(line);
  let error = "";
  try {
    new Webhook(question.secret).verify(
      Buffer.from(question.body, "base64").toString("utf8"), question.headers);
  } catch (failure) {
    error = String(failure.message || failure);
  }
  process.stdout.write(JSON.stringify({ error }) + "\n");
});
