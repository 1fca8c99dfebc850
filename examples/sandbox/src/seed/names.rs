//! Names of many scripts, each with the Latin letters that a mail address needs.

/// A name as it is written, and in Latin letters.
pub(super) type Name = (&'static str, &'static str);

/// Names that go together.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) firsts: [Name; 6],
    pub(super) surnames: [Name; 6],
}

#[rustfmt::skip] // one line per half of a family
pub(super) const FAMILIES: [Family; 18] = [
    Family { // English and Irish
        firsts: [("Grace", "grace"), ("Alan", "alan"), ("Siobhán", "siobhan"), ("Niall", "niall"), ("Zoë", "zoe"), ("Eoin", "eoin")],
        surnames: [("Hopper", "hopper"), ("O’Brien-Smythe", "obrien.smythe"), ("Ní Dhuibhne", "nidhuibhne"), ("Mac an tSaoir", "macantsaoir"), ("St. John", "stjohn"), ("Lovelace", "lovelace")],
    },
    Family { // French
        firsts: [("Léa", "lea"), ("Jean-François", "jean.francois"), ("Maëlys", "maelys"), ("Noël", "noel"), ("Chloé", "chloe"), ("Anaïs", "anais")],
        surnames: [("d’Alembert", "dalembert"), ("L’Hôpital", "lhopital"), ("Germain", "germain"), ("Le Bœuf", "leboeuf"), ("de La Tour", "delatour"), ("Poincaré", "poincare")],
    },
    Family { // Spanish and Portuguese
        firsts: [("José", "jose"), ("Begoña", "begona"), ("João", "joao"), ("Inês", "ines"), ("Íñigo", "inigo"), ("Conceição", "conceicao")],
        surnames: [("Álvarez Núñez", "alvarez"), ("de la Fuente", "delafuente"), ("Gonçalves", "goncalves"), ("Muñoz", "munoz"), ("Simões", "simoes"), ("Ibáñez y Ruiz", "ibanez")],
    },
    Family { // German and Nordic
        firsts: [("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Søren", "soren"), ("Åsa", "asa"), ("Þórdís", "thordis"), ("Häkan", "hakan")],
        surnames: [("Weiß", "weiss"), ("von Gründgens", "gruendgens"), ("Ærø", "aero"), ("Sjöström", "sjostrom"), ("Guðmundsdóttir", "gudmundsdottir"), ("Øverland", "overland")],
    },
    Family { // Polish, Czech, Croatian
        firsts: [("Łukasz", "lukasz"), ("Hana", "hana"), ("Grażyna", "grazyna"), ("Jiří", "jiri"), ("Đurđica", "durdica"), ("Žofie", "zofie")],
        surnames: [("Brzęczyszczykiewicz", "brzeczyszczykiewicz"), ("Kovářová", "kovarova"), ("Dvořák", "dvorak"), ("Šimić", "simic"), ("Wójcik", "wojcik"), ("Čapková", "capkova")],
    },
    Family { // Turkish and Azerbaijani, with the two letters i
        firsts: [("Işıl", "isil"), ("İbrahim", "ibrahim"), ("Çağla", "cagla"), ("Gülşah", "gulsah"), ("Əli", "eli"), ("Ömer", "omer")],
        surnames: [("Yıldız", "yildiz"), ("Şahin", "sahin"), ("Öztürk", "ozturk"), ("Ağaoğlu", "agaoglu"), ("Əliyeva", "eliyeva"), ("Çelik", "celik")],
    },
    Family { // Vietnamese
        firsts: [("Thị Hồng", "hong"), ("Đức", "duc"), ("Phượng", "phuong"), ("Quốc Bảo", "bao"), ("Ngọc", "ngoc"), ("Tuấn", "tuan")],
        surnames: [("Nguyễn", "nguyen"), ("Trần", "tran"), ("Lê", "le"), ("Phạm", "pham"), ("Huỳnh", "huynh"), ("Đỗ", "do")],
    },
    Family { // Māori and Hawaiian
        firsts: [("Ngaio", "ngaio"), ("Tāne", "tane"), ("Māhina", "mahina"), ("Kaʻiulani", "kaiulani"), ("Hēmi", "hemi"), ("Ānaru", "anaru")],
        surnames: [("Tūhoe", "tuhoe"), ("Pōmare", "pomare"), ("Te Kanawa", "tekanawa"), ("Kahananui", "kahananui"), ("Ngāta", "ngata"), ("Wētere", "wetere")],
    },
    Family { // Ukrainian, Bulgarian, Serbian
        firsts: [("Олена", "olena"), ("Тарас", "taras"), ("Їванна", "yivanna"), ("Борислав", "borislav"), ("Љубица", "ljubica"), ("Ђорђе", "djordje")],
        surnames: [("Шевченко", "shevchenko"), ("Кравчук", "kravchuk"), ("Щербак", "shcherbak"), ("Димитрова", "dimitrova"), ("Његош", "njegos"), ("Ђоковић", "djokovic")],
    },
    Family { // Greek
        firsts: [("Δήμητρα", "dimitra"), ("Γιώργος", "giorgos"), ("Ελένη", "eleni"), ("Νίκος", "nikos"), ("Αλέξανδρος", "alexandros"), ("Φωτεινή", "foteini")],
        surnames: [("Παπαδοπούλου", "papadopoulou"), ("Αγγελόπουλος", "angelopoulos"), ("Ξενάκης", "xenakis"), ("Οικονόμου", "oikonomou"), ("Βασιλείου", "vasileiou"), ("Ψαρρός", "psarros")],
    },
    Family { // Arabic
        firsts: [("محمد", "mohammed"), ("فاطمة", "fatima"), ("عبد الرحمن", "abdulrahman"), ("نور", "nour"), ("يوسف", "youssef"), ("ليلى", "layla")],
        surnames: [("الفارسي", "alfarsi"), ("بن خلدون", "benkhaldoun"), ("حداد", "haddad"), ("الزهراني", "alzahrani"), ("منصور", "mansour"), ("القاضي", "alqadi")],
    },
    Family { // Hebrew
        firsts: [("נועה", "noa"), ("אברהם", "avraham"), ("יעל", "yael"), ("איתי", "itai"), ("שרה", "sara"), ("דוד", "david")],
        surnames: [("בן־דוד", "bendavid"), ("כהן", "cohen"), ("לוי", "levi"), ("מזרחי", "mizrahi"), ("פרידמן", "friedman"), ("אזולאי", "azoulay")],
    },
    Family { // Hindi
        firsts: [("विजय", "vijay"), ("प्रिया", "priya"), ("श्रीकृष्ण", "shrikrishna"), ("अंजलि", "anjali"), ("राज", "raj"), ("ऋषि", "rishi")],
        surnames: [("शर्मा", "sharma"), ("चतुर्वेदी", "chaturvedi"), ("सिंह", "singh"), ("त्रिपाठी", "tripathi"), ("गुप्ता", "gupta"), ("ज्ञानेश्वर", "dnyaneshwar")],
    },
    Family { // Tamil
        firsts: [("தமிழ்ச்செல்வி", "tamilselvi"), ("முருகன்", "murugan"), ("கவிதா", "kavitha"), ("அருண்", "arun"), ("மீனாட்சி", "meenakshi"), ("சுப்பிரமணியன்", "subramanian")],
        surnames: [("இராமசாமி", "ramasamy"), ("கிருஷ்ணன்", "krishnan"), ("சுந்தரம்", "sundaram"), ("பாரதி", "bharathi"), ("வேலு", "velu"), ("நாகராஜன்", "nagarajan")],
    },
    Family { // Thai
        firsts: [("สมชาย", "somchai"), ("พิมพ์ชนก", "pimchanok"), ("กิตติพงษ์", "kittipong"), ("อรุณี", "arunee"), ("ณัฐวุฒิ", "natthawut"), ("ศิริพร", "siriporn")],
        surnames: [("ศรีสุวรรณ", "srisuwan"), ("วงศ์ไพบูลย์", "wongpaiboon"), ("จันทร์แก้ว", "chankaew"), ("บุญมี", "boonmee"), ("ทองดี", "thongdee"), ("รัตนกุล", "rattanakul")],
    },
    Family { // Chinese
        firsts: [("伟", "wei"), ("秀英", "xiuying"), ("子涵", "zihan"), ("志明", "zhiming"), ("雅婷", "yating"), ("𠮷祥", "jixiang")],
        surnames: [("王", "wang"), ("李", "li"), ("歐陽", "ouyang"), ("张", "zhang"), ("陳", "chen"), ("司马", "sima")],
    },
    Family { // Japanese
        firsts: [("さくら", "sakura"), ("健太", "kenta"), ("陽菜", "hina"), ("ジョン", "john"), ("翔", "sho"), ("明日香", "asuka")],
        surnames: [("田中", "tanaka"), ("髙橋", "takahashi"), ("渡邊", "watanabe"), ("山本", "yamamoto"), ("伊集院", "ijuin"), ("五十嵐", "igarashi")],
    },
    Family { // Korean
        firsts: [("민준", "minjun"), ("서연", "seoyeon"), ("지훈", "jihoon"), ("하은", "haeun"), ("도윤", "doyun"), ("수아", "sua")],
        surnames: [("김", "kim"), ("이", "lee"), ("박", "park"), ("남궁", "namgung"), ("최", "choi"), ("황보", "hwangbo")],
    },
];
