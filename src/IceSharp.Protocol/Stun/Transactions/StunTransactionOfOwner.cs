using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>A transaction of a <see cref="StunTransactionTable{TOwner}"/> with what it was started for.</summary>
/// <typeparam name="TOwner">The user's object or tag, for example a candidate pair.</typeparam>
[Experimental("ICE0001")]
public sealed class StunTransaction<TOwner> : StunTransaction
{
    internal StunTransaction(
        MonotonicTime now, TOwner owner, SocketHandle socket, TransportAddress destination, in RetransmissionSchedule schedule, ReadOnlySpan<byte> request, byte[] buffer)
        : base(now, socket, destination, schedule, request, buffer) => Owner = owner;

    /// <summary>What the transaction was started for.</summary>
    public TOwner Owner { get; }
}
