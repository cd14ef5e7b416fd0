using IceSharp.Protocol.Stun;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>What a client puts into authenticated requests.</summary>
internal sealed record Credentials(string Username, string Password, string Realm, byte[] Nonce)
{
    public StunIntegrityKey Key => StunIntegrityKey.LongTermMd5(Username, Realm, Password);

    public StunIntegrityKey Sha256Key => StunIntegrityKey.LongTermSha256(Username, Realm, Password);
}
