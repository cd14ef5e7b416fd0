using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>One side of the signalling between two agents: offers, answers and candidates as text, one exchange after the other.</summary>
/// <remarks>
/// An application asks for a restart only while no exchange is under way (RFC 3264 §5); one that is asked for earlier waits. Offers that
/// cross answer each other. Descriptions keep their order; candidates may overtake one another, and an answer, but not the end.
/// </remarks>
[Experimental("ICE0001")]
internal sealed class SignallingSide(VirtualAgent agent, SignallingStyle style, TimeSpan delay, TimeSpan spread)
{
    private readonly SeededRandomSource _draws = agent.Host.Network.Random.Derive($"signalling of {agent.Host.Name}");
    private IceDescriptionKind _owed = IceDescriptionKind.Unknown;
    private string[] _fragments = [];
    private MonotonicTime _descriptionArrives, _candidatesArrive;
    private bool _awaitsAnswer, _wantsRestart, _isRestarting;

    private VirtualNetwork Network => agent.Host.Network;

    private bool Trickles => style == SignallingStyle.Trickle;

    /// <summary>The other side.</summary>
    public SignallingSide? Peer { get; set; }

    /// <summary>When the last restart of this side really began; null when none has.</summary>
    public MonotonicTime? RestartedAt { get; private set; }

    /// <summary>Whether no exchange is under way, and none is wanted.</summary>
    public bool IsStable => !_wantsRestart && !_awaitsAnswer && _owed == IceDescriptionKind.Unknown;

    /// <summary>Makes the first offer.</summary>
    public void Begin()
    {
        _owed = IceDescriptionKind.Offer;
        if (Trickles)
        {
            Send();
        }

        agent.StartGathering();
    }

    /// <summary>Restarts as soon as no exchange is under way.</summary>
    public void Restart()
    {
        _wantsRestart = true;
        RestartIfStable();
    }

    /// <summary>Signals what the agent has found.</summary>
    public void Observe(IceAgentEvent happened)
    {
        bool complete = happened is GatheringStateChanged { State: IceGatheringState.Complete };
        if (!Trickles)
        {
            if (complete && _owed != IceDescriptionKind.Unknown)
            {
                Send();
            }
        }
        else if (happened is LocalCandidateFound found && !_isRestarting)
        {
            Signal(found);
        }
        else if (complete && _owed == IceDescriptionKind.Unknown)
        {
            // A description that is still owed says it itself.
            string[] fragments = _fragments;
            Network.Schedule(MonotonicTime.Max(_candidatesArrive, MonotonicTime.Max(_descriptionArrives, Network.Now + delay)), () => Peer!.TakeEnd(fragments));
        }
    }

    // Descriptions travel as text: what SDP cannot carry must not reach the peer by the back door.
    private void Send()
    {
        IceDescriptionKind kind = _owed;
        _owed = IceDescriptionKind.Unknown;
        IceDescription description = agent.CreateLocalDescription(kind);
        _fragments = [.. description.Streams.Select(s => s.Ufrag)];
        _awaitsAnswer = kind == IceDescriptionKind.Offer;
        string text = description.ToSdp();
        _descriptionArrives = MonotonicTime.Max(_descriptionArrives, Network.Now + delay);
        Network.Schedule(_descriptionArrives, () => Peer!.Take(text, kind));
        RestartIfStable();
    }

    private void Take(string text, IceDescriptionKind kind)
    {
        if (kind == IceDescriptionKind.Offer && !_awaitsAnswer)
        {
            // Also in place of an offer of ours that was not ready yet.
            _owed = IceDescriptionKind.Answer;
        }

        _awaitsAnswer = false;
        agent.SetRemoteDescription(IceDescription.Parse(text), kind);
        if (_owed == IceDescriptionKind.Answer)
        {
            if (Trickles)
            {
                Send();
            }

            agent.StartGathering();
        }

        RestartIfStable();
    }

    private void RestartIfStable()
    {
        bool asked = _wantsRestart;
        _wantsRestart = false;
        if (!asked || !IsStable)
        {
            _wantsRestart = asked;
            return;
        }

        _owed = IceDescriptionKind.Offer;
        RestartedAt = Network.Now;

        // What is found at once stands in the offer: it may not come before it.
        _isRestarting = true;
        agent.Restart();
        _isRestarting = false;
        if (Trickles)
        {
            Send();
        }
    }

    private void Signal(LocalCandidateFound found)
    {
        string line = found.Candidate.ToSdp();
        MonotonicTime at = Network.Now + delay + (spread * _draws.NextDouble());
        _candidatesArrive = MonotonicTime.Max(_candidatesArrive, at);
        Network.Schedule(at, () => Peer!.TakeCandidate(found.Stream, line));
    }

    private void TakeCandidate(int stream, string line) => agent.AddRemoteCandidate(stream, IceCandidate.Parse(line));

    private void TakeEnd(string[] fragments)
    {
        for (int stream = 0; stream < fragments.Length; stream++)
        {
            agent.EndRemoteCandidates(stream, fragments[stream]);
        }
    }
}
