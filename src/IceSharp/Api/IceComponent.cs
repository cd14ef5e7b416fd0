namespace IceSharp;

/// <summary>One component of a data stream: RTP, RTCP, or whatever the application numbers (RFC 8445 §4).</summary>
/// <remarks>Thread safe.</remarks>
public sealed class IceComponent
{
    private readonly IceAgent _agent;

    internal IceComponent(IceAgent agent, IceDataStream stream, int id)
    {
        _agent = agent;
        Stream = stream;
        Id = id;
        Connection = new IceConnection(this, agent.Options.ReceiveQueueCapacity, agent.Logger, agent.Options.Continuations);
    }

    /// <summary>The data stream.</summary>
    public IceDataStream Stream { get; }

    /// <summary>Component ID, 1 to 256; RTP is 1, RTCP 2.</summary>
    public int Id { get; }

    internal void RevokeConsent() => _agent.RevokeConsent(this);

    /// <summary>The pair that carries data now; null when none does.</summary>
    public IceCandidatePairInfo? SelectedPair => Connection.SelectedPair;

    /// <summary>The connection, whether or not it can send yet: data that the peer sends early waits in it.</summary>
    public IceConnection Connection { get; }

    /// <summary>Waits until a valid pair carries data, and starts gathering if that has not happened. Each call returns the same connection.</summary>
    /// <param name="cancellationToken">Gives up waiting; the agent goes on.</param>
    /// <exception cref="IceException">No pair works, or the agent was closed; the message names each server and pair that was tried.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public async Task<IceConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _agent.EnsureGathering();
        await Connection.Ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Connection;
    }

    /// <summary>"audio/1".</summary>
    public override string ToString() => $"{Stream.Mid}/{Id}";
}
