namespace IceSharp.Protocol;

/// <summary>The limit of one new transaction per 5 ms over all agents of a process (RFC 8445 §14.2).</summary>
/// <remarks>Shared by agents on several threads, an implementation is thread safe. Its answers are inputs of the machine: a replay feeds them again.</remarks>
public interface IPacingGate
{
    /// <summary>Takes the next slot if it is free now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="next">When false is returned: when to ask again, later than <paramref name="now"/>.</param>
    /// <returns>Whether a new transaction may start now.</returns>
    bool TryTake(MonotonicTime now, out MonotonicTime next);
}
