namespace IceSharp;

/// <summary>A data stream of an agent: its components share credentials and a checklist (RFC 8445 §4).</summary>
/// <remarks>Thread safe.</remarks>
public sealed class IceDataStream
{
    private readonly IceAgent _agent;
    private readonly IceComponent[] _components;
    private int _end;
    private bool _isRtcpMuxed;

    internal IceDataStream(IceAgent agent, int index, string mid, int componentCount, SdpMedia media)
    {
        _agent = agent;
        Index = index;
        Mid = mid;
        Media = media;
        _components = [.. Enumerable.Range(1, componentCount).Select(id => new IceComponent(agent, this, id))];
    }

    /// <summary>Identification of the stream (<c>a=mid</c>).</summary>
    public string Mid { get; }

    /// <summary>Position in the agent and in its descriptions, counting from 0.</summary>
    public int Index { get; }

    /// <summary>What the stream's m= line says.</summary>
    public SdpMedia Media { get; }

    /// <summary>All components, in order of their IDs.</summary>
    public IReadOnlyList<IceComponent> Components => _components;

    /// <summary>Component 1: RTP, or the only one.</summary>
    public IceComponent Rtp => _components[0];

    /// <summary>Component 2: RTCP.</summary>
    /// <exception cref="InvalidOperationException">The stream has one component.</exception>
    public IceComponent Rtcp => _components.Length > 1
        ? _components[1]
        : throw new InvalidOperationException($"Stream '{Mid}' has one component: add it with rtcp: true to have RTCP apart.");

    /// <summary>Why the stream is not used any more.</summary>
    /// <value><see cref="IceStreamEnd.None"/> while it is used.</value>
    public IceStreamEnd End
    {
        get => (IceStreamEnd)Volatile.Read(ref _end);
        internal set => Volatile.Write(ref _end, (int)value);
    }

    /// <summary>Whether RTP and RTCP share component 1.</summary>
    public bool IsRtcpMuxed
    {
        get => Volatile.Read(ref _isRtcpMuxed);
        internal set => Volatile.Write(ref _isRtcpMuxed, value);
    }

    /// <summary>The checklist and valid list as they stand, best pair first.</summary>
    public IReadOnlyList<IceCandidatePairInfo> CandidatePairs => _agent.GetPairs(Index);

    /// <summary>A component by its ID.</summary>
    /// <param name="id">1 to the number of components.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such component.</exception>
    public IceComponent Component(int id) => id >= 1 && id <= _components.Length
        ? _components[id - 1]
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"Stream '{Mid}' has components 1 to {_components.Length}.");

    /// <summary>Takes one more candidate of the peer (trickle ICE, RFC 8838). One that comes before the peer's description is kept.</summary>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void AddRemoteCandidate(IceCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        _agent.AddRemoteCandidate(this, candidate);
    }

    /// <summary>Has RTP and RTCP share component 1 from now on, because both sides have agreed to: <see cref="Rtcp"/> closes, and its sockets are given back (RFC 5761 §5.1.3).</summary>
    /// <remarks>Not needed where <see cref="SdpMedia.RtcpMux"/> is set: the agent then does it when the peer's description agrees.</remarks>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void UseRtcpMux() => _agent.UseRtcpMux(this);

    /// <summary>Takes the peer's word that no more candidates will come for this stream.</summary>
    /// <param name="ufrag">The peer's username fragment that it was said for; null stands for the session in force. One that a restart has replaced is ignored.</param>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void EndRemoteCandidates(string? ufrag = null) => _agent.EndRemoteCandidates(this, ufrag);

    /// <summary>Begins an ICE restart of this stream alone; see <see cref="IceAgent.Restart()"/>.</summary>
    /// <returns>The description for the peer, of all streams: the others show what they showed before.</returns>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public IceDescription Restart() => _agent.Restart(Index);

    /// <summary>Takes back a restart of this stream that the peer has not answered.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public bool RollbackRestart() => _agent.RollbackRestart(Index);

    internal bool BelongsTo(IceAgent agent) => ReferenceEquals(agent, _agent);

    /// <summary>The stream's identification.</summary>
    public override string ToString() => Mid;
}
