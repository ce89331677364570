-- +goose Up
-- The gate. Only decide() may insert outbound rows; it runs as marketa_gate, which owns it and which nobody can become.

GRANT SELECT ON managers, chats, drafts, approvals, proposals, messages, outbound TO marketa_gate;
GRANT INSERT ON drafts, approvals, outbound, deliveries, views, audit TO marketa_gate;
GRANT UPDATE ON approvals TO marketa_gate;
GRANT UPDATE (handled, busy_since, taken_by, taken_until) ON chats TO marketa_gate;
GRANT SELECT, UPDATE (rev, next_at, remind_at) ON views TO marketa_gate;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO marketa_gate;

-- decide is the one gate between a draft and a client.
--
-- It compares and sets on {approval, draft hash, watermark, policy, manager}: the first press wins, and only while the
-- conversation is as the manager saw it. outcome:
--   ok       the decision is made (for send, edit and say: outbound and delivery rows exist)
--   already  somebody was faster, or it was superseded: state, decided_name, decided_at tell
--   stale    the client has written, edited or deleted since (a fresh card is on its way), or another text was looked at
--   denied   not an active manager of a deciding role
--   empty    there is no text to send
--   gone     no such approval
-- The ids of the rows it may make are given by the caller (version 7, in order).
-- +goose StatementBegin
CREATE FUNCTION decide(
    p_approval uuid, p_action text, p_telegram_id bigint, p_hash bytea, p_policy text, p_text text,
    p_new_draft uuid, p_new_approval uuid, p_outbound uuid, p_delivery uuid, p_until timestamptz, p_now timestamptz,
    OUT outcome text, OUT state text, OUT decided_name text, OUT decided_at timestamptz,
    OUT restaurant uuid, OUT chat uuid, OUT shown uuid, OUT delivery uuid, OUT woke boolean, OUT retired uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    m managers; a approvals; c chats; d drafts; final_text text; final_hash bytea;
BEGIN
    woke := false;
    SELECT * INTO m FROM managers WHERE telegram_id = p_telegram_id AND active AND role IN ('owner', 'manager');
    IF NOT FOUND THEN outcome := 'denied'; RETURN; END IF;

    SELECT * INTO a FROM approvals WHERE id = p_approval;
    IF NOT FOUND THEN outcome := 'gone'; RETURN; END IF;
    -- The chat's row lock comes first, as in ingest: a client's message is either before this decision or after it.
    SELECT * INTO c FROM chats WHERE id = a.chat_id FOR UPDATE;
    SELECT * INTO a FROM approvals WHERE id = p_approval FOR UPDATE;
    SELECT * INTO d FROM drafts WHERE id = a.draft_id;
    restaurant := a.restaurant_id; chat := a.chat_id; shown := a.id;

    IF p_action = 'hand_back' THEN
        IF c.taken_by IS NULL THEN outcome := 'already'; state := 'handed_back'; RETURN; END IF;
        UPDATE chats SET taken_by = NULL, taken_until = NULL WHERE id = c.id;
        -- What nobody has answered is open again, from before the take-over too, and it is the bot's turn.
        IF a.state = 'taken_over'
           AND NOT EXISTS (SELECT FROM outbound o WHERE o.chat_id = c.id AND o.created_at >= a.decided_at)
           AND NOT EXISTS (SELECT FROM messages x WHERE x.chat_id = c.id AND x.author = 'phone' AND x.received_at >= a.decided_at) THEN
            UPDATE chats SET handled = least(handled, a.from_watermark) WHERE id = c.id RETURNING chats.handled INTO c.handled;
        END IF;
        IF EXISTS (SELECT FROM messages x WHERE x.chat_id = c.id AND x.author = 'client' AND x.deleted_at IS NULL AND x.kind <> 'reaction' AND x.seq > c.handled) THEN
            UPDATE chats SET busy_since = coalesce(busy_since, p_now) WHERE id = c.id;
            woke := true;
        END IF;
    ELSIF p_action = 'say' THEN
        -- The manager who took the chat over writes himself, whenever he likes.
        IF c.taken_by IS DISTINCT FROM m.id OR c.taken_until < p_now THEN outcome := 'already'; state := a.state; RETURN; END IF;
    ELSE
        IF a.state <> 'pending' THEN
            outcome := 'already'; state := a.state; decided_at := a.decided_at;
            SELECT name INTO decided_name FROM managers WHERE id = a.decided_by;
            RETURN;
        END IF;
        -- Whoever writes the text himself need not name the one that he has seen; whoever sends it must.
        IF p_action <> 'take_over' AND (c.watermark <> a.watermark OR d.policy_version IS DISTINCT FROM p_policy
           OR (p_hash IS DISTINCT FROM a.text_hash AND (p_hash IS NOT NULL OR p_action = 'send'))) THEN
            outcome := 'stale'; state := a.state; RETURN;
        END IF;
    END IF;

    IF p_action IN ('send', 'edit', 'say') THEN
        final_text := CASE WHEN p_action = 'send' THEN d.text ELSE coalesce(p_text, '') END;
        IF btrim(final_text, E' \n\t\r') = '' THEN outcome := 'empty'; state := a.state; RETURN; END IF;
        final_hash := sha256(convert_to(final_text, 'UTF8'));
        IF p_action <> 'send' THEN
            INSERT INTO drafts (id, restaurant_id, chat_id, turn_id, author, text, text_hash, watermark, policy_version, created_at)
            VALUES (p_new_draft, c.restaurant_id, c.id, NULL, 'manager', final_text, final_hash, c.watermark, p_policy, p_now);
        END IF;
        IF p_action = 'say' THEN
            -- Nothing may wait for a decision while a manager writes: what is pending is retired by his words.
            UPDATE approvals SET state = 'superseded', reason = 'answered by ' || m.name WHERE chat_id = c.id AND approvals.state = 'pending'
                RETURNING id INTO retired;
            INSERT INTO approvals (id, restaurant_id, chat_id, draft_id, text_hash, watermark, from_watermark, state, created_at, decided_by, decided_at)
            VALUES (p_new_approval, c.restaurant_id, c.id, p_new_draft, final_hash, c.watermark, c.handled, 'edited', p_now, m.id, p_now);
            INSERT INTO views (approval_id, restaurant_id) VALUES (p_new_approval, c.restaurant_id);
            shown := p_new_approval;
            UPDATE chats SET taken_until = p_until WHERE id = c.id;
        ELSE
            UPDATE approvals SET state = CASE p_action WHEN 'send' THEN 'sent' ELSE 'edited' END,
                draft_id = CASE p_action WHEN 'send' THEN draft_id ELSE p_new_draft END,
                text_hash = final_hash, decided_by = m.id, decided_at = p_now WHERE id = a.id;
        END IF;
        INSERT INTO outbound (id, restaurant_id, chat_id, approval_id, text, text_hash, watermark, created_at)
        VALUES (p_outbound, c.restaurant_id, c.id, shown, final_text, final_hash, c.watermark, p_now);
        INSERT INTO deliveries (id, restaurant_id, outbound_id, chat_id, text_hash, next_at, release_at)
        VALUES (p_delivery, c.restaurant_id, p_outbound, c.id, final_hash, p_now, p_now);
        delivery := p_delivery;
        UPDATE chats SET handled = c.watermark WHERE id = c.id;
    ELSIF p_action = 'discard' THEN
        UPDATE approvals SET state = 'discarded', decided_by = m.id, decided_at = p_now WHERE id = a.id;
        UPDATE chats SET handled = c.watermark WHERE id = c.id;
    ELSIF p_action = 'redo' THEN
        UPDATE approvals SET state = 'redone', hint = coalesce(p_text, ''), decided_by = m.id, decided_at = p_now WHERE id = a.id;
        UPDATE chats SET busy_since = coalesce(busy_since, p_now) WHERE id = c.id;
        woke := true;
    ELSIF p_action = 'take_over' THEN
        UPDATE approvals SET state = 'taken_over', decided_by = m.id, decided_at = p_now WHERE id = a.id;
        -- What came after this card was made is not handled by it: it comes on a card of its own.
        UPDATE chats SET taken_by = m.id, taken_until = p_until, handled = greatest(handled, a.watermark) WHERE id = c.id;
    ELSIF p_action <> 'hand_back' THEN
        RAISE EXCEPTION 'decide: unknown action %', p_action USING ERRCODE = '22023';
    END IF;

    UPDATE views SET rev = rev + 1, next_at = p_now, remind_at = NULL
        WHERE approval_id IN (CASE p_action WHEN 'say' THEN shown ELSE a.id END, shown, retired); -- a say changes nothing on the card it answers
    INSERT INTO audit (restaurant_id, actor, action, object, detail, at)
    VALUES (c.restaurant_id, 'manager:' || m.id, 'approval.' || p_action, a.id::text, jsonb_build_object('hash', encode(a.text_hash, 'hex')), p_now);
    outcome := 'ok'; decided_name := m.name; decided_at := p_now;
    SELECT x.state INTO state FROM approvals x WHERE x.id = shown;
END $$;
-- +goose StatementEnd

-- retire ends what is pending in a chat because it no longer fits. It can take an approval away, never give one, and only
-- from the restaurant that the transaction is bound to.
-- +goose StatementBegin
CREATE FUNCTION retire(p_restaurant uuid, p_chat uuid, p_reason text, p_now timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone uuid;
BEGIN
    UPDATE approvals SET state = 'superseded', reason = p_reason
    WHERE restaurant_id = p_restaurant AND restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid
        AND chat_id = p_chat AND state = 'pending' RETURNING id INTO gone;
    IF gone IS NOT NULL THEN
        UPDATE views SET rev = rev + 1, next_at = p_now, remind_at = NULL WHERE approval_id = gone;
    END IF;
    RETURN gone;
END $$;
-- +goose StatementEnd

-- Give both to the gate. The right to do so is taken back at once: the login must not be able to become the gate.
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE 'GRANT marketa_gate TO CURRENT_USER';
    EXECUTE 'GRANT CREATE ON SCHEMA public TO marketa_gate';
    EXECUTE 'ALTER FUNCTION decide OWNER TO marketa_gate';
    EXECUTE 'ALTER FUNCTION retire OWNER TO marketa_gate';
    EXECUTE 'REVOKE CREATE ON SCHEMA public FROM marketa_gate';
    -- Rights on functions belong to their owner now, so the gate itself says who may call them.
    EXECUTE 'SET LOCAL ROLE marketa_gate';
    EXECUTE 'REVOKE ALL ON FUNCTION decide, retire FROM PUBLIC';
    EXECUTE 'GRANT EXECUTE ON FUNCTION decide TO marketa_desk';
    EXECUTE 'GRANT EXECUTE ON FUNCTION retire TO marketa_app';
    EXECUTE 'RESET ROLE';
    EXECUTE 'REVOKE marketa_gate FROM CURRENT_USER';
END $$;
-- +goose StatementEnd
