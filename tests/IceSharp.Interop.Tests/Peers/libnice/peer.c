/* The ICE agent of libnice behind the line protocol of ../README.md. */
#include <agent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static NiceAgent *agent;
static GMainLoop *loop;
static guint stream;
static guint components = 1;
static gboolean lite;
static gboolean restarting;
static char known[300] = "";
static guint ready_mask;

static void die(const char *text) {
  printf("error %s\n", text);
  exit(2);
}

static void say_candidates(void) {
  for (guint id = 1; id <= components; id++) {
    GSList *candidates = nice_agent_get_local_candidates(agent, stream, id);
    for (GSList *item = candidates; item; item = item->next) {
      gchar *line = nice_agent_generate_local_candidate_sdp(agent, item->data);
      if (!strstr(line, " TCP ")) printf("%s\n", g_str_has_prefix(line, "a=") ? line + 2 : line);
      g_free(line);
    }
    g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
  }
  printf("end-of-candidates\n");
}

static void say_credentials(void) {
  gchar *ufrag, *password;
  nice_agent_get_local_credentials(agent, stream, &ufrag, &password);
  printf("credentials %s %s%s\n", ufrag, password, lite ? " lite" : "");
  g_free(ufrag);
  g_free(password);
}

static void on_gathered(NiceAgent *a, guint s, gpointer data) {
  say_candidates();
}

static void on_state(NiceAgent *a, guint s, guint component, guint state, gpointer data) {
  printf("state %u %s\n", component, nice_component_state_to_string(state));
  guint before = ready_mask;
  if (state == NICE_COMPONENT_STATE_READY) ready_mask |= 1u << component;
  else ready_mask &= ~(1u << component);
  guint all = components == 2 ? 6u : 2u;
  if (before != all && ready_mask == all) printf("connected\n");
  if (state == NICE_COMPONENT_STATE_FAILED) printf("failed component %u\n", component);
}

static const char *type_name(NiceCandidateType type) {
  static const char *names[] = {"host", "srflx", "prflx", "relay"};
  return names[type];
}

static void on_pair(NiceAgent *a, guint s, guint component, NiceCandidate *local, NiceCandidate *remote, gpointer data) {
  char here[INET6_ADDRSTRLEN], there[INET6_ADDRSTRLEN];
  nice_address_to_string(&local->addr, here);
  nice_address_to_string(&remote->addr, there);
  printf("selected %u %s %s %u %s %s %u\n", component, type_name(local->type), here, nice_address_get_port(&local->addr),
         type_name(remote->type), there, nice_address_get_port(&remote->addr));
}

static void tell_pairs(void) {
  for (guint id = 1; id <= components; id++) {
    NiceCandidate *local, *remote;
    if (nice_agent_get_selected_pair(agent, stream, id, &local, &remote)) on_pair(agent, stream, id, local, remote, NULL);
  }
}

static void on_data(NiceAgent *a, guint s, guint component, guint length, gchar *buffer, gpointer data) {
  for (guint i = 0; i < length; i++)
    if ((unsigned char)buffer[i] < 32 || (unsigned char)buffer[i] > 126) {
      printf("received %u binary %d\n", component, (unsigned char)buffer[0]);
      return;
    }
  printf("received %u %.*s\n", component, (int)length, buffer);
}

static void add_candidate(const char *line) {
  char *with_prefix = g_strconcat("a=", line, NULL);
  NiceCandidate *candidate = nice_agent_parse_remote_candidate_sdp(agent, stream, with_prefix);
  g_free(with_prefix);
  if (!candidate) {
    printf("note not understood: %s\n", line);
    return;
  }
  GSList *one = g_slist_append(NULL, candidate);
  nice_agent_set_remote_candidates(agent, stream, candidate->component_id, one);
  g_slist_free_full(one, (GDestroyNotify)nice_candidate_free);
}

static void restart(void) {
  ready_mask = 0;
  if (!nice_agent_restart_stream(agent, stream)) die("restart refused");
  say_credentials();
  say_candidates();
}

static void handle(char *line) {
  if (g_str_has_prefix(line, "candidate:")) {
    add_candidate(line);
  } else if (!strcmp(line, "gather")) {
    say_credentials();
    if (!nice_agent_gather_candidates(agent, stream)) die("gathering did not start");
  } else if (g_str_has_prefix(line, "credentials ")) {
    char **words = g_strsplit(line, " ", 4);
    if (known[0] && strcmp(known, words[1])) {
      if (!restarting) restart();
      restarting = FALSE;
    }
    g_strlcpy(known, words[1], sizeof known);
    if (!nice_agent_set_remote_credentials(agent, stream, words[1], words[2])) die("credentials refused");
    g_strfreev(words);
  } else if (!strcmp(line, "end-of-candidates")) {
    nice_agent_peer_candidate_gathering_done(agent, stream);
  } else if (!strcmp(line, "pair")) {
    tell_pairs();
  } else if (!strcmp(line, "restart")) {
    restarting = TRUE;
    restart();
  } else if (g_str_has_prefix(line, "send ")) {
    char **words = g_strsplit(line, " ", 3);
    nice_agent_send(agent, stream, (guint)atoi(words[1]), (guint)strlen(words[2]), words[2]);
    g_strfreev(words);
  } else if (!strcmp(line, "close")) {
    g_main_loop_quit(loop);
  } else {
    die("unknown line");
  }
}

static gboolean on_input(GIOChannel *source, GIOCondition condition, gpointer data) {
  gchar *line = NULL;
  gsize end;
  if (g_io_channel_read_line(source, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit(loop);
    return FALSE;
  }
  line[end] = 0;
  handle(line);
  g_free(line);
  return TRUE;
}

static void split(const char *endpoint, char *host, guint *port) {
  const char *colon = strrchr(endpoint, ':');
  const char *start = endpoint[0] == '[' ? endpoint + 1 : endpoint;
  const char *stop = endpoint[0] == '[' ? colon - 1 : colon;
  snprintf(host, 100, "%.*s", (int)(stop - start), start);
  *port = (guint)atoi(colon + 1);
}

int main(int argc, char **argv) {
  const char *stun = NULL, *turn = NULL, *user = "", *password = "";
  gboolean controlling = FALSE, relay_only = FALSE, aggressive = FALSE, trickle = FALSE;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--controlling")) controlling = TRUE;
    else if (!strcmp(argv[i], "--relay-only")) relay_only = TRUE;
    else if (!strcmp(argv[i], "--aggressive")) aggressive = TRUE;
    else if (!strcmp(argv[i], "--trickle")) trickle = TRUE;
    else if (!strcmp(argv[i], "--lite")) lite = TRUE;
    else if (!strcmp(argv[i], "--mdns")) die("libnice has no mdns mode here");
    else if (i + 1 < argc && !strcmp(argv[i], "--stun")) stun = argv[++i];
    else if (i + 1 < argc && !strcmp(argv[i], "--turn")) turn = argv[++i];
    else if (i + 1 < argc && !strcmp(argv[i], "--user")) user = argv[++i];
    else if (i + 1 < argc && !strcmp(argv[i], "--password")) password = argv[++i];
    else if (i + 1 < argc && !strcmp(argv[i], "--components")) components = (guint)atoi(argv[++i]);
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  loop = g_main_loop_new(NULL, FALSE);
  NiceAgentOption options = NICE_AGENT_OPTION_CONSENT_FRESHNESS;
  if (!aggressive) options |= NICE_AGENT_OPTION_REGULAR_NOMINATION;
  if (trickle) options |= NICE_AGENT_OPTION_ICE_TRICKLE;
  if (lite) options |= NICE_AGENT_OPTION_LITE_MODE;
  agent = nice_agent_new_full(g_main_loop_get_context(loop), NICE_COMPATIBILITY_RFC5245, options);
  g_object_set(agent, "controlling-mode", controlling, "ice-tcp", FALSE, "upnp", FALSE, "force-relay", relay_only, NULL);
  char host[100];
  guint port;
  if (stun) {
    split(stun, host, &port);
    g_object_set(agent, "stun-server", host, "stun-server-port", port, NULL);
  }
  stream = nice_agent_add_stream(agent, components);
  for (guint id = 1; id <= components; id++) {
    if (turn) {
      split(turn, host, &port);
      nice_agent_set_relay_info(agent, stream, id, host, port, user, password, NICE_RELAY_TYPE_TURN_UDP);
    }
    nice_agent_attach_recv(agent, stream, id, g_main_loop_get_context(loop), on_data, NULL);
  }
  g_signal_connect(agent, "candidate-gathering-done", G_CALLBACK(on_gathered), NULL);
  g_signal_connect(agent, "component-state-changed", G_CALLBACK(on_state), NULL);
  g_signal_connect(agent, "new-selected-pair-full", G_CALLBACK(on_pair), NULL);
  GIOChannel *input = g_io_channel_unix_new(STDIN_FILENO);
  g_io_add_watch(input, G_IO_IN | G_IO_HUP, on_input, NULL);
  g_main_loop_run(loop);
  g_object_unref(agent);
  return 0;
}
