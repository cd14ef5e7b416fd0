// The browser's statistics, in the form in which the C# process tells its own.

export const ufragOf = description => /^a=ice-ufrag:(\S+)/m.exec(description?.sdp ?? '')?.[1];

export async function browserView(pc, names) {
  const stats = await pc.getStats();
  const all = [...stats.values()];
  const transport = all.find(s => s.type === 'transport');
  // Candidates of the session before a restart stay in the statistics for a while.
  const isCurrent = (stat, description) => !stat.usernameFragment || !description || stat.usernameFragment === ufragOf(description);
  const local = all.filter(s => s.type === 'local-candidate' && isCurrent(s, pc.localDescription));
  const remote = all.filter(s => s.type === 'remote-candidate' && isCurrent(s, pc.remoteDescription));
  const candidate = stat => ({
    type: stat.candidateType,
    address: stat.address || (stat.isRemote ? '' : names.get(`${stat.candidateType}:${stat.port}`)) || '',
    port: stat.port,
    protocol: stat.protocol,
    priority: stat.priority,
    ufrag: stat.usernameFragment,
  });
  const known = new Set([...local, ...remote].map(s => s.id));
  const pairs = all
    .filter(s => s.type === 'candidate-pair' && stats.get(s.localCandidateId) && stats.get(s.remoteCandidateId))
    .filter(s => s.id === transport?.selectedCandidatePairId || (known.has(s.localCandidateId) && known.has(s.remoteCandidateId)))
    .map(s => ({
      local: candidate(stats.get(s.localCandidateId)),
      remote: candidate({ ...stats.get(s.remoteCandidateId), isRemote: true }),
      state: s.state,
      nominated: s.nominated,
      selected: s.id === transport?.selectedCandidatePairId,
      rtt: s.currentRoundTripTime === undefined ? undefined : s.currentRoundTripTime * 1000,
      requests: (s.requestsSent ?? 0) + (s.consentRequestsSent ?? 0),
      responses: s.responsesReceived ?? 0,
    }));
  return {
    state: pc.iceConnectionState,
    gathering: pc.iceGatheringState,
    role: transport?.iceRole ?? 'unknown',
    // What was not signalled, and has no address to show either, is nobody's business.
    local: local.map(candidate).filter(c => c.address),
    remote: remote.map(s => candidate({ ...s, isRemote: true })),
    pairs,
  };
}
