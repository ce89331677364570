-- +goose Up
-- What a turn did, for a manager who asks why: which steps and when. What a step has changed stays with the agent.
GRANT SELECT (turn_id, n, restaurant_id, node, at) ON steps TO marketa_desk;
