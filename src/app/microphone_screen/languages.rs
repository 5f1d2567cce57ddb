//! Names of the languages that speech models know, for people.

use crate::app::language::Language;
use crate::inference::speech::language_name;

/// What many people here look for first.
const FIRST: [&str; 2] = ["en", "ko"];

/// The name of a language, in the app's own.
pub fn name(language: &Language, code: &str) -> String {
    let korean = || KOREAN.iter().find(|(known, _)| *known == code).map(|(_, name)| *name);
    let name = if language.tag == "ko" { korean() } else { language_name(code) };
    name.unwrap_or(code).to_string()
}

/// Codes and names of those that a model knows, to choose from: English and Korean first, then by name.
pub fn to_choose(language: &Language, known: &[&'static str]) -> Vec<(String, String)> {
    let mut names: Vec<_> = known.iter().map(|code| (code.to_string(), name(language, code))).collect();
    let rank = |code: &str| FIRST.iter().position(|first| *first == code).unwrap_or(FIRST.len());
    names.sort_by(|a, b| rank(&a.0).cmp(&rank(&b.0)).then_with(|| a.1.cmp(&b.1)));
    names
}

#[rustfmt::skip]
const KOREAN: [(&str, &str); 100] = [
    ("af", "아프리칸스어"), ("am", "암하라어"), ("ar", "아랍어"), ("as", "아삼어"), ("az", "아제르바이잔어"),
    ("ba", "바시키르어"), ("be", "벨라루스어"), ("bg", "불가리아어"), ("bn", "벵골어"), ("bo", "티베트어"),
    ("br", "브르타뉴어"), ("bs", "보스니아어"), ("ca", "카탈로니아어"), ("cs", "체코어"), ("cy", "웨일스어"),
    ("da", "덴마크어"), ("de", "독일어"), ("el", "그리스어"), ("en", "영어"), ("es", "스페인어"),
    ("et", "에스토니아어"), ("eu", "바스크어"), ("fa", "페르시아어"), ("fi", "핀란드어"), ("fo", "페로어"),
    ("fr", "프랑스어"), ("gl", "갈리시아어"), ("gu", "구자라트어"), ("ha", "하우사어"), ("haw", "하와이어"),
    ("he", "히브리어"), ("hi", "힌디어"), ("hr", "크로아티아어"), ("ht", "아이티 크리올어"), ("hu", "헝가리어"),
    ("hy", "아르메니아어"), ("id", "인도네시아어"), ("is", "아이슬란드어"), ("it", "이탈리아어"), ("ja", "일본어"),
    ("jw", "자바어"), ("ka", "조지아어"), ("kk", "카자흐어"), ("km", "크메르어"), ("kn", "칸나다어"),
    ("ko", "한국어"), ("la", "라틴어"), ("lb", "룩셈부르크어"), ("ln", "링갈라어"), ("lo", "라오어"),
    ("lt", "리투아니아어"), ("lv", "라트비아어"), ("mg", "말라가시어"), ("mi", "마오리어"), ("mk", "마케도니아어"),
    ("ml", "말라얄람어"), ("mn", "몽골어"), ("mr", "마라티어"), ("ms", "말레이어"), ("mt", "몰타어"),
    ("my", "미얀마어"), ("ne", "네팔어"), ("nl", "네덜란드어"), ("nn", "노르웨이어(뉘노르스크)"), ("no", "노르웨이어"),
    ("oc", "오크어"), ("pa", "펀자브어"), ("pl", "폴란드어"), ("ps", "파슈토어"), ("pt", "포르투갈어"),
    ("ro", "루마니아어"), ("ru", "러시아어"), ("sa", "산스크리트어"), ("sd", "신디어"), ("si", "싱할라어"),
    ("sk", "슬로바키아어"), ("sl", "슬로베니아어"), ("sn", "쇼나어"), ("so", "소말리아어"), ("sq", "알바니아어"),
    ("sr", "세르비아어"), ("su", "순다어"), ("sv", "스웨덴어"), ("sw", "스와힐리어"), ("ta", "타밀어"),
    ("te", "텔루구어"), ("tg", "타지크어"), ("th", "태국어"), ("tk", "투르크멘어"), ("tl", "타갈로그어"),
    ("tr", "튀르키예어"), ("tt", "타타르어"), ("uk", "우크라이나어"), ("ur", "우르두어"), ("uz", "우즈베크어"),
    ("vi", "베트남어"), ("yi", "이디시어"), ("yo", "요루바어"), ("yue", "광둥어"), ("zh", "중국어"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::speech::LANGUAGES;

    #[test]
    fn every_language_has_a_name_of_its_own_in_both() {
        assert!(KOREAN.map(|(code, _)| code) == LANGUAGES.map(|(code, _)| code));
        let mut names = KOREAN.map(|(_, name)| name).to_vec();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 100);
    }

    #[test]
    fn english_and_korean_come_first_the_rest_by_name() {
        let codes = |tag| to_choose(&Language::of_tag(tag), &["de", "ko", "af", "fr", "en"]);
        let only = |tag| codes(tag).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
        assert_eq!(only("en"), ["en", "ko", "af", "fr", "de"]);
        assert_eq!(only("ko"), ["en", "ko", "de", "af", "fr"]);
        assert_eq!(codes("ko")[2].1, "독일어");
    }
}
