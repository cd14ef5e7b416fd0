using System.Buffers.Binary;

namespace IceSharp.Protocol.Agent;

/// <summary>Role and tie-breaker of the agent (RFC 8445 §6.1.1, §7.3.1.1, §16.1).</summary>
internal sealed class AgentRole(IceRole initial, IRandomSource random, AgentEvents events)
{
    public IceRole Current { get; private set; } = initial;

    public ulong TieBreaker { get; private set; } = Draw(random);

    public bool IsControlling => Current == IceRole.Controlling;

    public void Decide(IceRole role, string reason)
    {
        if (Current == role)
        {
            return;
        }

        Current = role;
        events.Add(new RoleChanged(role, reason));
    }

    /// <summary>A received 487 renews the tie-breaker, which ends a draw of equal ones.</summary>
    public void RenewTieBreaker() => TieBreaker = Draw(random);

    private static ulong Draw(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
