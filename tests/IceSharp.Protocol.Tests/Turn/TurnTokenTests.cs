using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>Third-party authorization (RFC 7635), at the client and at the test kit's server.</summary>
public sealed class TurnTokenTests
{
    private static readonly JsonElement Vectors = VectorFile.Load("oauth.json");
    private static readonly TurnAllocationSettings Tokens = new() { UsesAccessTokens = true };

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, Vectors.GetProperty("samples").GetArrayLength())];

    public static TheoryData<int> Negatives => [.. Enumerable.Range(0, Vectors.GetProperty("negative").GetArrayLength())];

    public static TheoryData<int> Times => [.. Enumerable.Range(0, Vectors.GetProperty("replayWindow").GetProperty("cases").GetArrayLength())];

    private static JsonElement Input => Vectors.GetProperty("input");

    private static string ServerName => Input.Text("serverName");

    private static byte[] MacKey => Input.Bytes("macKeyHex");

    private static byte[] LongTermKey => Input.Bytes("longTermKeyHex");

    [Theory]
    [MemberData(nameof(Samples))]
    [Rfc("OAUTH-7635-4.1.1-a")]
    [Rfc("OAUTH-7635-6.2-c")]
    [Rfc("OAUTH-7635-6.2-a")]
    [Rfc("OAUTH-7635-6.2-b")]
    [Rfc("OAUTH-7635-6.1-a")]
    [Rfc("OAUTH-7635-4-a")]
    [Rfc("OAUTH-7635-7-b")]
    [Rfc("OAUTH-7635-6-a")]
    public void A_token_of_the_RFC_opens_the_relay(int sample)
    {
        JsonElement vector = Vectors.GetProperty("samples")[sample];
        List<byte[]> responses = [];
        using TurnPair pair = new(Tokens, Options(vector.Bytes("keyHex")), withCredential: false);
        pair.Drop = (toServer, _, bytes) =>
        {
            responses.AddRange(toServer ? [] : [bytes]);
            return false;
        };
        pair.Client.Start(pair.Now);
        pair.Pump();
        pair.TokenRequests.Should().Equal(new TurnHostRequest(TurnHostRequestKind.AccessToken, ServerName));
        StunReader.TryParse(responses.Single(), out StunReader challenge);
        challenge.Has(StunAttributeType.Nonce).Should().BeTrue();
        challenge.Has(StunAttributeType.Software).Should().BeTrue();

        pair.Client.HandleAccessToken(pair.Now, Token(vector.Bytes("tokenHex"), TimeSpan.FromHours(1)));
        pair.Pump();
        pair.Permit(TurnPair.Peer);

        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
        pair.Send(TurnPair.Peer, 1).Should().BeTrue();
        responses.Skip(1).Should().HaveCount(2).And.OnlyContain(r => IsSigned(r));
        StunReader.TryParse(pair.Sent[1].Bytes, out StunReader request);
        request.GetBytes(StunAttributeType.AccessToken, out ReadOnlySpan<byte> sent);
        sent.ToArray().Should().Equal(vector.Bytes("tokenHex"));
    }

    [Fact]
    [Rfc("OAUTH-7635-5-a")]
    public void The_request_of_the_RFC_is_signed_with_the_bare_key()
    {
        StunReader.TryParse(Vectors.GetProperty("stunRequest").Bytes("hex"), out StunReader vector).Should().Be(StunParseStatus.Ok);
        vector.VerifyIntegrity(new StunIntegrityKey(MacKey)).Should().Be(StunIntegrityStatus.Ok);
        List<StunAttributeType> order = [];
        foreach (StunAttribute attribute in vector)
        {
            order.Add(attribute.Type);
        }

        using TurnPair pair = Started();
        pair.Client.HandleAccessToken(pair.Now, Token());
        pair.Pump();

        StunReader.TryParse(pair.Sent[1].Bytes, out StunReader ours);
        ours.VerifyIntegrity(new StunIntegrityKey(MacKey)).Should().Be(StunIntegrityStatus.Ok);
        ours.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> kid);
        Encoding.UTF8.GetString(kid).Should().Be("kid");
        List<StunAttributeType> written = [];
        foreach (StunAttribute attribute in ours)
        {
            written.Add(attribute.Type);
        }

        written.Should().Contain(order.Except([StunAttributeType.Realm]));
        ours.Bytes[^24..^20].ToArray().Should().Equal([0, 8, 0, 20], "integrity is the last");
    }

    [Theory]
    [MemberData(nameof(Negatives))]
    [Rfc("OAUTH-7635-7-a")]
    public void A_token_that_does_not_open_is_401_twice_and_then_the_end(int index)
    {
        JsonElement vector = Vectors.GetProperty("negative")[index];
        StunTurnServerOptions options = Options(LongTermKey);
        using TurnPair pair = new(Tokens, options with { TokenServerName = vector.OptionalText("associatedData") ?? ServerName }, withCredential: false);
        pair.Client.Start(pair.Now);
        pair.Pump();
        for (int i = 0; i < 5; i++)
        {
            pair.Client.HandleAccessToken(pair.Now, Token(vector.Bytes("tokenHex"), TimeSpan.FromHours(1)));
            pair.Pump();
        }

        (pair.Client.State, pair.Client.Failure, pair.Client.ErrorCode).Should().Be((TurnAllocationState.Failed, TurnFailure.Unauthorized, 401));
        pair.TokenRequests.Should().HaveCount(2);
    }

    [Theory]
    [MemberData(nameof(Times))]
    [Rfc("OAUTH-7635-7-a")]
    [Rfc("OAUTH-7635-9-b")]
    public void The_time_of_a_token_is_judged_and_bounds_what_is_granted(int index)
    {
        JsonElement vector = Vectors.GetProperty("replayWindow").GetProperty("cases")[index];
        StunTurnServerOptions options = Options(LongTermKey) with { ClockOrigin = DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("requestTimeUnix").GetInt64()) };
        using TurnPair pair = new(Tokens with { RequestedLifetime = TimeSpan.FromHours(2) }, options with { MaximumLifetime = TimeSpan.FromHours(2) }, withCredential: false);
        pair.Client.Start(pair.Now);
        pair.Pump();
        pair.Client.HandleAccessToken(pair.Now, Token());
        pair.Pump();

        (pair.Client.State == TurnAllocationState.Allocated).Should().Be(vector.GetProperty("accepted").GetBoolean());
        if (pair.Client.State == TurnAllocationState.Allocated)
        {
            pair.Client.Lifetime.Should().Be(TimeSpan.FromSeconds(vector.Number("maximumAllocationLifetime")));
        }
    }

    [Fact]
    [Rfc("OAUTH-7635-8-b")]
    [Rfc("OAUTH-7635-9-a")]
    public void A_new_token_is_fetched_when_the_old_one_is_over_and_only_Allocate_and_Refresh_carry_it()
    {
        using TurnPair pair = Started();
        pair.Client.HandleAccessToken(pair.Now, Seal(pair, TimeSpan.FromMinutes(30)));
        pair.Pump();
        pair.Client.RequestChannel(pair.Now, TurnPair.Peer);
        pair.Pump();

        for (int minute = 0; minute < 120; minute++)
        {
            pair.Run(TimeSpan.FromMinutes(1));
            if (pair.TokenRequests.Count > 1)
            {
                pair.TokenRequests.RemoveAt(1);
                pair.Client.HandleAccessToken(pair.Now, Seal(pair, TimeSpan.FromMinutes(30)));
                pair.Pump();
            }

            pair.Send(TurnPair.Peer, 1).Should().BeTrue();
        }

        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
        pair.AtPeers.Should().HaveCount(120);
        foreach ((_, byte[] bytes) in pair.Sent.Skip(1))
        {
            bool mayCarry = TurnBench.MethodOf(bytes) is StunMethod.Allocate or StunMethod.Refresh;
            TurnBench.Has(bytes, StunAttributeType.AccessToken).Should().Be(mayCarry);
        }

        pair.Sent.Where(s => TurnBench.MethodOf(s.Bytes) == StunMethod.Refresh).Select(s => TokenOf(s.Bytes)).Distinct().Count().Should().BeGreaterThan(2);
    }

    [Fact]
    [Rfc("OAUTH-7635-8-a")]
    public void A_success_without_the_right_seal_is_dropped()
    {
        using TurnPair pair = Started();
        pair.Server.Faults.Integrity = IntegrityFault.Corrupted;
        pair.Client.HandleAccessToken(pair.Now, Token());
        pair.Pump();
        pair.Client.State.Should().Be(TurnAllocationState.Allocating);

        pair.Run(TimeSpan.FromSeconds(40));

        (pair.Client.State, pair.Client.Failure).Should().Be((TurnAllocationState.Failed, TurnFailure.IntegrityViolated));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("OAUTH-7635-6.1-a")]
    [Rfc("OAUTH-7635-6.2-b")]
    public void Without_a_token_or_with_one_too_long_user_and_password_do(bool tooLong)
    {
        using TurnPair pair = new(Tokens, Options(LongTermKey) with { Users = TurnPair.Users });
        pair.Client.Start(pair.Now);
        pair.Pump();
        pair.TokenRequests.Should().ContainSingle("a token comes before user and password");

        pair.Client.HandleAccessToken(pair.Now, tooLong ? Token(new byte[600], TimeSpan.FromHours(1)) : null);
        pair.Pump();

        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
        pair.Sent.Should().OnlyContain(s => !TurnBench.Has(s.Bytes, StunAttributeType.AccessToken));
        pair.Allocation.Username.Should().Be("alice");
    }

    [Fact]
    public void Nonces_that_get_old_are_answered_under_a_token_too()
    {
        using TurnPair pair = Started();
        pair.Client.HandleAccessToken(pair.Now, Token());
        pair.Pump();
        for (int i = 0; i < 20; i++)
        {
            pair.Server.Faults.ExpireNonces();
            pair.Client.RequestPermission(pair.Now, IpAddress.Parse($"203.0.113.{i + 20}")).Should().BeTrue();
            pair.Pump();
        }

        pair.Allocation.Permissions.Should().HaveCount(20);
        pair.Server.Faults.ChangesNoncesForever = true;
        pair.Client.RequestPermission(pair.Now, TurnPair.Peer.Address);
        pair.Pump();
        pair.Events[^1].Should().Match<TurnEvent>(e => e.Kind == TurnEventKind.PermissionRefused && e.Failure == TurnFailure.StaleNonce);
    }

    [Fact]
    [Rfc("OAUTH-7635-7-c")]
    public void A_server_that_offers_none_does_not_know_tokens()
    {
        using TurnPair pair = new();
        byte[] request = TurnBench.Message(StunMethod.Allocate, StunClass.Request, new StunTransactionId(9, 9), (ref StunWriter w) =>
        {
            w.AddByte(StunAttributeType.RequestedTransport, 17);
            w.AddBytes(StunAttributeType.AccessToken, new byte[50]);
        });
        pair.Server.HandleDatagram(pair.Now, new TransportPath(new SocketHandle(1), TurnPair.ClientAt(TurnPair.First)), request);
        byte[] buffer = new byte[1500];
        pair.Server.TryGetTransmit(pair.Now, buffer, out Transmit sent).Should().BeTrue();

        StunReader.TryParse(buffer.AsSpan(0, sent.Length), out StunReader response);
        response.GetErrorCode(out int code, out _);
        code.Should().Be(420);
        response.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute unknown).Should().BeTrue();
        unknown.ReadUnknownAttributes(out StunAttributeTypeList types);
        types.Contains(StunAttributeType.AccessToken).Should().BeTrue();
    }

    [Fact]
    public void A_token_does_not_show_itself()
    {
        Token().ToString().Should().Be("TurnAccessToken");
        FluentActions.Invoking(() => new TurnAccessToken("kid", [], [1], TimeSpan.FromHours(1))).Should().Throw<ArgumentException>().WithParameterName("token");
        FluentActions.Invoking(() => new TurnAccessToken("kid", [1], [], TimeSpan.FromHours(1))).Should().Throw<ArgumentException>().WithParameterName("macKey");
        FluentActions.Invoking(() => new TurnAccessToken("", [1], [1], TimeSpan.FromHours(1))).Should().Throw<ArgumentException>().WithParameterName("keyId");
        FluentActions.Invoking(() => new TurnAccessToken("kid", [1], [1], TimeSpan.Zero)).Should().Throw<ArgumentException>().WithParameterName("lifetime");
    }

    private static TurnPair Started()
    {
        TurnPair pair = new(Tokens, Options(LongTermKey), withCredential: false);
        pair.Client.Start(pair.Now);
        pair.Pump();
        return pair;
    }

    private static StunTurnServerOptions Options(byte[] key) => new()
    {
        TokenServerName = ServerName,
        TokenKeys = new Dictionary<string, byte[]> { ["kid"] = key },
        ClockOrigin = DateTimeOffset.FromUnixTimeSeconds(Input.GetProperty("timestampUnixSeconds").GetInt64()),
    };

    private static TurnAccessToken Token(byte[]? token = null, TimeSpan? lifetime = null) =>
        new("kid", token ?? Vectors.GetProperty("samples")[0].Bytes("tokenHex"), MacKey, lifetime ?? TimeSpan.FromSeconds(Input.Number("lifetime")));

    // What an authorization server would give out now.
    private static TurnAccessToken Seal(TurnPair pair, TimeSpan lifetime)
    {
        byte[] content = new byte[34], token = new byte[64];
        BinaryPrimitives.WriteUInt16BigEndian(content, 20);
        MacKey.CopyTo(content, 2);
        long seconds = Input.GetProperty("timestampUnixSeconds").GetInt64() + (long)(pair.Now - MonotonicTime.Zero).TotalSeconds;
        BinaryPrimitives.WriteUInt64BigEndian(content.AsSpan(22), (ulong)seconds << 16);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(30), (uint)lifetime.TotalSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(token, 12);
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(2), pair.Now.Ticks);
        using AesGcm cipher = new(LongTermKey, 16);
        cipher.Encrypt(token.AsSpan(2, 12), content, token.AsSpan(14, 34), token.AsSpan(48, 16), Encoding.UTF8.GetBytes(ServerName));
        return new TurnAccessToken("kid", token, MacKey, lifetime);
    }

    private static bool IsSigned(byte[] response)
    {
        StunReader.TryParse(response, out StunReader reader);
        return reader.VerifyIntegrity(new StunIntegrityKey(MacKey)) == StunIntegrityStatus.Ok;
    }

    private static string TokenOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader);
        reader.GetBytes(StunAttributeType.AccessToken, out ReadOnlySpan<byte> token);
        return Convert.ToHexString(token);
    }
}
