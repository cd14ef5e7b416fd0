using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>The short-term credential mechanism as the client of one server address lives it (RFC 8489 §9.1).</summary>
/// <remarks>
/// One for each address and port. The first response that is believed decides which integrity attribute later requests carry (RFC 8489 §9.1.5).
/// Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class ShortTermAuthenticator : IDisposable
{
    private readonly byte[] _username;
    private readonly StunIntegrityKey _key;

    /// <summary>Creates the state towards a server that has not been asked yet.</summary>
    /// <param name="credential">User and password.</param>
    /// <param name="integrity">What requests carry; other than <see cref="ShortTermIntegrity.Both"/> when the usage or its signalling has fixed it.</param>
    public ShortTermAuthenticator(ShortTermCredential credential, ShortTermIntegrity integrity = ShortTermIntegrity.Both)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _username = Encoding.UTF8.GetBytes(credential.Username);
        _key = credential.CreateKey();
        Integrity = integrity;
    }

    /// <summary>What the next request or indication carries.</summary>
    public ShortTermIntegrity Integrity { get; private set; }

    /// <summary>Adds USERNAME and integrity to a request or indication.</summary>
    /// <param name="writer">The message, with all its own attributes.</param>
    /// <returns>What was added; <see cref="Examine"/> wants it back with the response.</returns>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    public ShortTermIntegrity Write(ref StunWriter writer)
    {
        writer.AddBytes(StunAttributeType.Username, _username);
        if (Integrity != ShortTermIntegrity.Sha256)
        {
            writer.AddIntegrity(_key);
        }

        if (Integrity != ShortTermIntegrity.Sha1)
        {
            writer.AddIntegritySha256(_key);
        }

        return Integrity;
    }

    /// <summary>Says what to do with a response (RFC 8489 §9.1.4). Errors without integrity are not believed either.</summary>
    /// <param name="response">A success or error response whose transaction ID, method and source are right.</param>
    /// <param name="sent">What its request carried.</param>
    public AuthenticationVerdict Examine(in StunReader response, ShortTermIntegrity sent)
    {
        bool bySha256 = sent == ShortTermIntegrity.Sha256 || (sent == ShortTermIntegrity.Both && response.HasIntegritySha256);
        StunIntegrityStatus status = bySha256 ? response.VerifyIntegritySha256(_key) : response.VerifyIntegrity(_key);
        if (status == StunIntegrityStatus.Ok)
        {
            Integrity = Integrity == ShortTermIntegrity.Both ? (bySha256 ? ShortTermIntegrity.Sha256 : ShortTermIntegrity.Sha1) : Integrity;
            return AuthenticationVerdict.Accepted;
        }

        // The other kind than the request's is dropped and nothing more; a wrong or missing one says that somebody meddles.
        bool isOtherKind = sent != ShortTermIntegrity.Both && status == StunIntegrityStatus.Missing && (response.HasIntegrity || response.HasIntegritySha256);
        return isOtherKind ? AuthenticationVerdict.Discarded : AuthenticationVerdict.IntegrityViolated;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>"ShortTermAuthenticator": never the user.</summary>
    public override string ToString() => nameof(ShortTermAuthenticator);
}
